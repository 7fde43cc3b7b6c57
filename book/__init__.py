"""What a chapter is: cells, labels, order, execution, the rules it obeys, the errors planted in it."""
