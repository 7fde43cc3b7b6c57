"""The book on paper: one document made of the site's pages (document.py), printed by Chromium (tools/pdf.py)."""
