"""What strict fakes of products are made of."""
