"""What the register of publications keeps of plans, consultations and answers, and how it is shown again."""
