"""The ids that the demo's things have in Zendesk: below those that the sandbox gives out itself."""

from __future__ import annotations

GENERAL, GLOBAL, REFUNDS, URGENT, PARTNERS = (360_001_000_000 + 64 * place for place in range(1, 6))
HANEUL, DOHYUN, SEOJUN, YUNA, JIHO, SORA, TAEYANG = (380_002_000_000 + 64 * place for place in range(1, 8))
BOOKING_FIELD, CITY_FIELD, CHANNEL_FIELD = (360_003_000_000 + 64 * place for place in range(1, 4))
NATIVE_TRIGGERS = tuple(360_004_000_000 + 64 * place for place in range(1, 4))
NATIVE_AUTOMATIONS = tuple(360_005_000_000 + 64 * place for place in range(1, 3))
MACROS = 360_006_000_000
SLA_POLICIES = 360_009_000_000
MEMBERSHIPS = 360_007_000_000
SCHEDULE = 360_011_000_000
AUDITS = 370_010_000_000
CUSTOMERS = 390_008_000_000
STEP = 64

GROUPS = {GENERAL: "일반팀", GLOBAL: "글로벌팀", REFUNDS: "환불팀", URGENT: "긴급팀", PARTNERS: "파트너팀"}
AGENTS = {
    HANEUL: ("김하늘", "haneul"),
    DOHYUN: ("한도현", "dohyun"),
    SEOJUN: ("이서준", "seojun"),
    YUNA: ("최유나", "yuna"),
    JIHO: ("박지호", "jiho"),
    SORA: ("윤소라", "sora"),
    TAEYANG: ("강태양", "taeyang"),
}
MEMBERS = {
    GENERAL: (SEOJUN, SORA, TAEYANG),
    GLOBAL: (YUNA, SEOJUN),
    REFUNDS: (JIHO, DOHYUN),
    URGENT: (HANEUL, SEOJUN),
    PARTNERS: (DOHYUN, TAEYANG),
}
