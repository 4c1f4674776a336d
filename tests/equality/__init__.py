"""Laws of equality: rewrites are no differences, and no difference in what is valid goes unnoticed."""
