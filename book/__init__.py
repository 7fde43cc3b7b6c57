"""What a chapter is: its cells and labels, its order in the book, its execution, the rules it obeys, the errors planted in it."""
