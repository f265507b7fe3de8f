"""The industries that every county starts with; the codes are fixed, names may be edited."""

from django.db import migrations

# code, name, English name, sector, resource extraction, property
INDUSTRIES = (
    ("mining", "原矿开采", "Mining", 2, True, False),
    ("mineral_processing", "矿产品加工", "Mineral processing", 2, False, False),
    ("property", "房地产开发", "Property development", 3, False, True),
    ("farming", "种养业", "Farming", 1, False, False),
    ("food", "农产品加工", "Food processing", 2, False, False),
    ("medicine", "生物医药", "Medicine", 2, False, False),
    ("materials", "新型材料", "New materials", 2, False, False),
    ("machinery", "装备制造", "Machinery", 2, False, False),
    ("energy", "能源", "Energy", 2, False, False),
    ("tourism", "旅游服务", "Tourism", 3, False, False),
    ("trade", "商贸物流", "Trade and logistics", 3, False, False),
    ("infrastructure", "基础设施", "Infrastructure", 3, False, False),
    ("culture", "文化产业", "Culture", 3, False, False),
    ("other", "其他", "Other", 3, False, False),
)


def add_industries(apps, schema_editor):
    industry = apps.get_model("projects", "Industry")
    industry.objects.bulk_create(
        industry(
            code=code,
            name=name,
            name_en=name_en,
            sector=sector,
            is_resource=is_resource,
            is_property=is_property,
            order=order,
        )
        for order, (code, name, name_en, sector, is_resource, is_property) in enumerate(INDUSTRIES)
    )


class Migration(migrations.Migration):
    dependencies = [("projects", "0001_initial")]
    operations = [migrations.RunPython(add_industries, migrations.RunPython.noop)]
