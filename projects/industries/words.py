"""The usual words for the shared industries, by the code of the industry. Data only."""

from typing import Final

WORDS: Final = {
    "mining": "原矿开采 采矿 采矿业 矿产 矿产开采 矿产开发 矿山 矿山开采 矿业 矿产资源开发 采掘业 砂石 砂石开采 砂石料"
    " 采砂 采石 采石场 石料 石材开采",
    "mineral_processing": "矿产品加工 矿产加工 矿产品精深加工 选矿 矿产品深加工",
    "property": "房地产开发 房地产 地产 房地产业 房产开发 商住 商住开发 商业地产 商品房 住宅开发 住宅小区",
    "farming": "种养业 种植业 养殖业 种植 养殖 种植养殖 畜牧业 农林业 林业 茶产业",
    "food": "农产品加工 食品 食品加工 农副产品加工 农业产业化",
    "medicine": "生物医药 医药 制药 中药材 医药业 医药化工",
    "materials": "新型材料 新材料 建材 新型建材 材料",
    "machinery": "装备制造 制造业 机械 机械制造 装备制造业 设备制造",
    "energy": "能源 新能源 电力 水电 光伏 能源开发",
    "chemicals": "化工 化学工业 精细化工 化工产业",
    "electronics": "电子信息 电子 信息产业 电子信息产业",
    "tourism": "旅游服务 旅游 旅游业 旅游开发 文化旅游 住宿餐饮",
    "trade": "商贸物流 商贸 物流 商贸流通 商业 商贸服务 现代物流",
    "infrastructure": "基础设施 基础设施建设 市政 城建 城市建设",
    "culture": "文化产业 文化 教育 文化教育",
    "agriculture": "农业 第一产业 一产 农林牧渔 农林牧渔业 农业项目",
    "industry": "工业 第二产业 二产 工业项目 工业类",
    "services": "服务业 第三产业 三产 服务业项目 服务业类",
    "other": "其他 其它",
}
