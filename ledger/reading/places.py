"""Maps a place, as ledgers write it, to a level of origin of money.

Has the provinces and best-known cities as data. Money counts as from another province only if the
place says so.
"""

from enum import StrEnum
from typing import Final

# The first two digits of a county's code, and the short name of the province.
PROVINCES: Final = {
    "11": "北京",
    "12": "天津",
    "13": "河北",
    "14": "山西",
    "15": "内蒙古",
    "21": "辽宁",
    "22": "吉林",
    "23": "黑龙江",
    "31": "上海",
    "32": "江苏",
    "33": "浙江",
    "34": "安徽",
    "35": "福建",
    "36": "江西",
    "37": "山东",
    "41": "河南",
    "42": "湖北",
    "43": "湖南",
    "44": "广东",
    "45": "广西",
    "46": "海南",
    "50": "重庆",
    "51": "四川",
    "52": "贵州",
    "53": "云南",
    "54": "西藏",
    "61": "陕西",
    "62": "甘肃",
    "63": "青海",
    "64": "宁夏",
    "65": "新疆",
}
# Cities that are written without their province.
_CITIES: Final = {
    "13": "石家庄 唐山 保定 邯郸",
    "14": "太原 大同 运城",
    "15": "呼和浩特 包头 鄂尔多斯",
    "21": "沈阳 大连 鞍山",
    "22": "长春",
    "23": "哈尔滨 大庆",
    "32": "南京 苏州 无锡 常州 徐州 南通 扬州 昆山",
    "33": "杭州 宁波 温州 台州 绍兴 金华 义乌 嘉兴 湖州",
    "34": "合肥 芜湖 安庆",
    "35": "福州 厦门 泉州 晋江 莆田",
    "36": "南昌 九江 赣州",
    "37": "济南 青岛 烟台 潍坊 临沂",
    "41": "郑州 洛阳 南阳 三门峡 西峡",
    "42": "武汉 十堰 襄阳 襄樊 宜昌",
    "43": "长沙 株洲 衡阳",
    "44": "广州 深圳 佛山 东莞 珠海 汕头 中山",
    "45": "南宁 柳州 桂林",
    "46": "海口 三亚",
    "51": "成都 绵阳 德阳",
    "52": "贵阳 遵义",
    "53": "昆明",
    "54": "拉萨",
    "61": "西安 宝鸡 咸阳 渭南 汉中 安康 商洛 延安 榆林 铜川",
    "62": "兰州 天水",
    "63": "西宁",
    "64": "银川",
    "65": "乌鲁木齐",
}
# fmt: off
_ABROAD: Final = (
    "香港", "澳门", "台湾", "美国", "日本", "韩国", "德国", "英国", "法国", "新加坡", "加拿大", "澳大利亚",
    "意大利", "马来西亚", "泰国", "俄罗斯", "荷兰", "瑞士", "瑞典", "印度", "越南", "新西兰", "西班牙",
    "以色列", "维尔京", "开曼",
)
# fmt: on


class Level(StrEnum):
    """The levels of origin, as ``projects.models.Investor.Origin`` names them."""

    FOREIGN = "foreign"
    OTHER_PROVINCE = "other_province"
    OTHER_CITY = "other_city"
    OTHER_COUNTY = "other_county"


def level_of(place: str, county_code: str) -> Level | None:
    """The level of a place seen from a county; None if the name does not decide it."""
    if place.startswith(_ABROAD):
        return Level.FOREIGN
    own = county_code[:2]
    province = _province_of(place)
    if province is not None and province != own:
        return Level.OTHER_PROVINCE
    if place.endswith(("县", "区")) and province is None:
        return Level.OTHER_COUNTY
    return Level.OTHER_CITY if province == own else None


def _province_of(place: str) -> str | None:
    for code, name in PROVINCES.items():
        if place.startswith(name):
            return code
    for code, cities in _CITIES.items():
        if any(place.startswith(city) for city in cities.split()):
            return code
    return None
