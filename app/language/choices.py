"""The values that are the same in every account, each with its two labels; in the order in which they rank.

Those of bookings, partners, customers and refunds are the values of our own records, as their rooms keep them.
"""

from __future__ import annotations

from app.language.kinds import Choice
from app.words import say

STATUSES = (
    Choice("new", say("신규", "New")),
    Choice("open", say("열림", "Open")),
    Choice("pending", say("고객 답변 대기", "Pending")),
    Choice("hold", say("보류", "On-hold")),
    Choice("solved", say("해결됨", "Solved")),
    Choice("closed", say("종료됨", "Closed")),
)
MACRO_STATUSES = STATUSES[1:5]
PRIORITIES = (
    Choice("low", say("낮음", "Low")),
    Choice("normal", say("보통", "Normal")),
    Choice("high", say("높음", "High")),
    Choice("urgent", say("긴급", "Urgent")),
)
TYPES = (
    Choice("question", say("질문", "Question")),
    Choice("incident", say("인시던트", "Incident")),
    Choice("problem", say("문제", "Problem")),
    Choice("task", say("할 일", "Task")),
)
TYPE_IDS = (
    Choice("0", say("없음", "None")),
    Choice("1", TYPES[0].label),
    Choice("2", TYPES[1].label),
    Choice("3", TYPES[2].label),
    Choice("4", TYPES[3].label),
)
YES_NO = (Choice("true", say("예", "Yes")), Choice("false", say("아니요", "No")))
YES = YES_NO[:1]
SATISFACTION = (
    Choice("true", say("설문 전", "Not offered")),
    Choice("false", say("설문 보냄", "Offered")),
    Choice("bad", say("불만족", "Bad")),
    Choice("bad_with_comment", say("불만족, 의견 있음", "Bad with comment")),
    Choice("good", say("만족", "Good")),
    Choice("good_with_comment", say("만족, 의견 있음", "Good with comment")),
)
OFFER = (Choice("offered", say("설문 보내기", "Offered")),)
PRIVACY = (
    Choice("public", say("공개 댓글 있음", "Has public comments")),
    Choice("private", say("공개 댓글 없음", "Has no public comments")),
)
COMMENT_PRIVACY = (
    Choice("true", say("공개 댓글", "Public")),
    Choice("false", say("내부 메모", "Internal note")),
    Choice("not_relevant", say("댓글이 있음 (공개·내부)", "Present (public or internal)")),
    Choice("requester_can_see_comment", say("있고 요청자가 볼 수 있음", "Present, and requester can see it")),
)
UPDATE_TYPES = (Choice("Create", say("생성됨", "Created")), Choice("Change", say("업데이트됨", "Updated")))
ROLES = (Choice("agent", say("(상담원)", "(agent)")), Choice("end_user", say("(고객)", "(end user)")))
ROLE_IDS = (
    Choice("0", say("고객", "End user")),
    Choice("4", say("상담원", "Agent")),
    Choice("2", say("관리자", "Admin")),
)
CURRENT_USER = Choice("current_user", say("(지금 사용자)", "(current user)"))
REQUESTER = Choice("requester_id", say("(요청자)", "(requester)"))
ASSIGNEE = Choice("assignee_id", say("(담당자)", "(assignee)"))
ASSIGNED_GROUP = Choice("group_id", say("(담당 그룹)", "(assigned group)"))
CURRENT_GROUPS = Choice("current_groups", say("(지금 사용자의 그룹)", "(current user's groups)"))
DEFAULT_FORM = Choice("default_ticket_form", say("(기본 양식)", "(default form)"))
EVERYONE = (
    CURRENT_USER,
    Choice("requester_and_ccs", say("(요청자와 참조)", "(requester and CCs)")),
    REQUESTER,
    ASSIGNEE,
    Choice("all_agents", say("(모든 상담원)", "(all agents)")),
)
COMMENT_CHANNELS = (
    Choice("channel:all", say("모든 채널", "All channels")),
    Choice("channel:web", say("웹", "Web")),
    Choice("channel:chat", say("채팅", "Chat")),
)

CHANNELS = (
    Choice("0", say("웹 양식", "Web form")),
    Choice("4", say("이메일", "Email")),
    Choice("5", say("웹 서비스 (API)", "Web service (API)")),
    Choice("8", say("자동화", "Automation")),
    Choice("16", say("Get Satisfaction", "Get Satisfaction")),
    Choice("23", say("트위터 좋아요", "Twitter Like")),
    Choice("24", say("포럼 글", "Forum topic")),
    Choice("26", say("트위터 DM", "Twitter DM")),
    Choice("27", say("종료된 티켓", "Closed ticket")),
    Choice("29", say("채팅", "Chat")),
    Choice("30", say("트위터", "Twitter")),
    Choice("31", say("티켓 공유", "Ticket sharing")),
    Choice("33", say("음성 사서함", "Voicemail")),
    Choice("34", say("걸려 온 전화", "Phone call (incoming)")),
    Choice("35", say("건 전화", "Phone call (outgoing)")),
    Choice("38", say("페이스북 글", "Facebook post")),
    Choice("41", say("페이스북 비공개 메시지", "Facebook private message")),
    Choice("44", say("CTI 음성 사서함", "CTI voicemail")),
    Choice("45", say("CTI 걸려 온 전화", "CTI phone call (incoming)")),
    Choice("46", say("CTI 건 전화", "CTI phone call (outgoing)")),
    Choice("48", say("웹 위젯", "Web Widget")),
    Choice("49", say("모바일 SDK", "Mobile SDK")),
    Choice("50", say("헬프 센터 글", "Help Center post")),
    Choice("54", say("만족도 예측", "Satisfaction prediction")),
    Choice("55", say("채널 연동", "Channel integrations")),
    Choice("56", say("모바일", "Mobile")),
    Choice("57", say("문자", "Text message")),
    Choice("67", say("웹 위젯 응답 봇", "Answer Bot for Web Widget")),
    Choice("72", say("라인", "LINE")),
    Choice("73", say("위챗", "WeChat")),
    Choice("74", say("왓츠앱", "WhatsApp")),
    Choice("78", say("페이스북 메신저", "Facebook Messenger")),
    Choice("86", say("인스타그램 DM", "Instagram Direct")),
    Choice("88", say("트위터 다이렉트 메시지", "Twitter direct message")),
)

PRODUCTS = (
    Choice("home_cleaning", say("홈클리닝", "Home cleaning")),
    Choice("mid_term_housing", say("중기 숙소", "Mid-term housing")),
)
BOOKING_STATES = (
    Choice("booked", say("예약됨", "Booked")),
    Choice("under_way", say("이용 중", "Under way")),
    Choice("done", say("이용 완료", "Done")),
    Choice("cancelled", say("취소됨", "Cancelled")),
)
PARTNER_STATES = (
    Choice("applied", say("지원", "Applied")),
    Choice("checked", say("심사 완료", "Checked")),
    Choice("active", say("활동 중", "Active")),
    Choice("warned", say("경고", "Warned")),
    Choice("suspended", say("정지", "Suspended")),
    Choice("left", say("떠남", "Left")),
)
TIERS = (Choice("standard", say("일반", "Standard")), Choice("vip", say("VIP", "VIP")))
LANGUAGES = (Choice("ko", say("한국어", "Korean")), Choice("en", say("영어", "English")))
PARTNER_KINDS = (
    Choice("cleaner", say("클리너", "Cleaner")),
    Choice("host", say("호스트", "Host")),
    Choice("vendor", say("협력사", "Vendor")),
)
REFUND_REASONS = (
    Choice("customer_cancelled", say("고객 취소", "Customer cancelled")),
    Choice("partner_cancelled", say("파트너 취소", "Partner cancelled")),
    Choice("partner_no_show", say("파트너 미도착", "Partner did not come")),
    Choice("partner_late", say("파트너 지각", "Partner was late")),
    Choice("partial_service", say("부분 미이행", "Partly not done")),
    Choice("poor_quality", say("품질 미흡", "Poor quality")),
    Choice("facility_fault", say("시설 하자", "Fault of the place")),
    Choice("platform_error", say("플랫폼 오류", "Our error")),
    Choice("force_majeure", say("불가항력", "Force majeure")),
    Choice("early_move_out", say("중도 퇴실", "Early move-out")),
    Choice("customer_no_show", say("고객 노쇼", "Customer was not there")),
)
REFUND_STATES = (
    Choice("requested", say("요청됨", "Requested")),
    Choice("approved", say("승인됨", "Approved")),
    Choice("paying", say("지급 중", "Paying")),
    Choice("paid", say("지급됨", "Paid")),
    Choice("rejected", say("거절됨", "Rejected")),
    Choice("cancelled", say("취소됨", "Cancelled")),
    Choice("failed", say("실패", "Failed")),
    Choice("unknown", say("결과 확인 중", "Unknown")),
)
