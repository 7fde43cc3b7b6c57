"""The book as EPUB 3, made of the site's pages (tools/epub.py): pages as XHTML, formulas as MathML, one package."""
