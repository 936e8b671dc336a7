"""What is painted: lanes, meter, call, count, and the bars around them."""
