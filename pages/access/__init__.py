"""The page Access: who may see what, and who looked at whom."""
