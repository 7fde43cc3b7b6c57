"""What two or more chapters share: checks, numerical derivatives, figures, data."""
