"""How the characters of our Chinese titles are read: many systems name fields by pinyin, in full or by initials."""

from collections.abc import Iterator
from functools import cache
from itertools import islice, product

READINGS = """
an 安 ban 板版班 bao 保包 bei 备被 ben 本 bi 币闭 bian 变编 biao 标表 bie 别 bing 并 bo 拨 bu 不步部 can 参
cang 仓 cao 操草 ce 策 chan 产 chang 场尝常长 chao 超 cheng 城成承称程 chong 冲 chu 出处除 chuan 传 chuang 创
ci 次 cui 催 cun 存 cuo 措错 da 大达 dai 待 dan 单担 dao 到道 deng 等 di 地第 dian 点电 ding 定订 dong 冻
du 度读 duan 段 dui 对队 e 额 er 二 fa 发 fan 范 fang 放方访 fei 费 fen 份分 fou 否 fu 付复服父覆 gai 盖
gao 稿 ge 格 geng 更 gong 供公工 gu 固故 gua 挂 guan 关管 gui 规 guo 国果 ha 哈 han 含 hang 行 hao 号 he 合核
hen 痕 hu 户 hua 话 huan 换环 hui 回恢 ji 几技机级计记 jia 价家 jian 件建简见键间 jiao 叫 jie 截接结解
jin 进金 jing 精经警 ju 据 jue 决角 kai 开 kao 考 ke 可客 kou 扣 ku 库 kuan 款 lai 来 lei 类 li 历理立 lian 联
liang 量 liao 料 lie 列 ling 令领 liu 留 lu 录路 lv 率 lve 略 ma 码 man 满 men 门 miao 描 ming 名明 mu 模目
na 纳 nei 内 neng 能 ni 匿 pai 拍排派牌 pei 配 pi 匹 piao 票 pin 品 qi 启期起 qian 签 qin 勤 qing 清 qiu 求
qu 区取渠 quan 全 que 确缺 ren 人认 ri 日 rong 容 ru 入 se 色 shang 上商 she 摄设 shen 申身 sheng 省
shi 事史始市师式施时是识试适释 shou 受售手收 shu 书数束述 shui 税 shuo 说 si 司私 song 送 suan 算 suo 所
tai 态抬 ti 题 tiao 条 ting 停听 tong 同统通 tou 头 tui 推退 wai 外 wan 完 wang 往 wei 位围未纬维 wen 文
wu 务物误 xi 希席息系细 xia 下 xian 先县现限 xiang 向箱象 xiao 小销 xie 协 xin 信新 xing 型姓星行 xiu 修
xu 序许需 yan 严言 yao 要 ye 业 yi 一义依已异意议 yin 因银隐音 ying 应 yong 用 you 优有邮 yu 域语预
yuan 原员源 yue 约 yun 允 zai 在 zan 暂 ze 则 zhang 账障 zhe 折 zhen 真 zheng 证 zhi 值址指支止知置职至质
zhong 种重 zhou 骤 zhu 主注 zhuang 状装 zhun 准 zi 字自 zu 组 zuo 作坐
"""
"""Syllable, then the characters that are read so; every character of a canonical title stands here."""
MOST = 8
"""Readings of one title that are tried; only a few characters have two."""


@cache
def readings() -> dict[str, tuple[str, ...]]:
    """The syllables of each character."""
    told: dict[str, tuple[str, ...]] = {}
    words = READINGS.split()
    for syllable, characters in zip(words[::2], words[1::2], strict=True):
        for character in characters:
            told[character] = (*told.get(character, ()), syllable)
    return told


@cache
def spellings(title: str) -> tuple[str, ...]:
    """A title in pinyin without spaces; none where a character is not known."""
    return tuple("".join(each) for each in _syllables(title))


@cache
def initials(title: str) -> tuple[str, ...]:
    """The first letters of a title's syllables: 客户名称 is khmc."""
    return tuple(dict.fromkeys("".join(syllable[0] for syllable in each) for each in _syllables(title)))


def _syllables(title: str) -> Iterator[tuple[str, ...]]:
    known = [_read(character) for character in title if not character.isspace()]
    return islice(product(*known), MOST) if known and all(known) else iter(())


def _read(character: str) -> tuple[str, ...]:
    return (character.lower(),) if character.isascii() and character.isalnum() else readings().get(character, ())
