"""What may be done to referrals, consultations and actions. Each function is one act, atomic, with its audit event."""
