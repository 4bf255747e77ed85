"""Names to make a marketplace of. Nobody real is meant."""

from __future__ import annotations

CITIES = {"마포": "mapo", "강서": "gangseo", "송파": "songpa", "성동": "seongdong", "부산": "busan", "인천": "incheon"}
SURNAMES = (
    ("김", "kim"), ("이", "lee"), ("박", "park"), ("최", "choi"), ("정", "jung"), ("강", "kang"), ("조", "cho"),
    ("윤", "yoon"), ("장", "jang"), ("임", "lim"), ("한", "han"), ("오", "oh"), ("서", "seo"), ("신", "shin"),
    ("권", "kwon"), ("황", "hwang"), ("안", "ahn"), ("송", "song"),
)  # fmt: skip
GIVEN = (
    ("지우", "jiwoo"), ("서연", "seoyeon"), ("민준", "minjun"), ("도윤", "doyun"), ("하은", "haeun"), ("예준", "yejun"),
    ("수아", "sua"), ("지호", "jiho"), ("채원", "chaewon"), ("현우", "hyunwoo"), ("다은", "daeun"), ("준서", "junseo"),
    ("유진", "yujin"), ("건우", "gunwoo"), ("소율", "soyul"), ("태민", "taemin"), ("은지", "eunji"),
    ("성훈", "sunghoon"),     ("나연", "nayeon"), ("재현", "jaehyun"), ("보라", "bora"), ("동하", "dongha"),
)  # fmt: skip
CLEANER_GIVEN = ("미경", "순자", "영숙", "정희", "경아", "은숙", "명자", "혜란", "선영", "춘화", "말순", "옥희")
ENGLISH = (
    "Emma Wilson", "Liam Carter", "Olivia Brown", "Noah Fischer", "Ava Martin", "Lucas Silva", "Mia Rossi",
    "Ethan Nguyen", "Sofia Petrov", "Daniel Okafor", "Chloe Dubois", "Aiden Murphy", "Hana Suzuki", "Priya Nair",
    "Jonas Weber", "Grace Kim-Lewis", "Mateo Garcia", "Zoe Anders", "Ravi Menon", "Isla Campbell",
)  # fmt: skip
HOSTS = (
    "연남스테이", "망원하우스", "마곡레지던스", "까치산스테이", "잠실리버뷰", "석촌호수집", "성수로프트", "뚝섬하우스",
    "해운대오션룸", "광안리브릿지", "송도센트럴룸", "구월동하우스",
)  # fmt: skip
INSURERS = ("한빛화재", "두루손해보험", "새봄화재", "가온손해보험")
