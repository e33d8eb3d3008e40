"""One form for what is written in several: traditional Chinese is read as simplified, in the mainland's terms."""

from __future__ import annotations

from genai_sentry.patterns import lazy

_PAIRS = """
    個个 為为 於于 關关 減减 憑凭 動动 區区 單单 參参 發发 變变 號号 啟启 啓启 員员 響响 圍围 國国 圖图 處处 複复
    復复 夠够 審审 對对 將将 嘗尝 盡尽 儘尽 層层 屬属 幣币 帳账 賬账 帐账 帶带 並并 庫库 應应 廢废 開开 異异 棄弃
    強强 當当 錄录 態态 總总 惡恶 戶户 執执 護护 擔担 擁拥 擇择 換换 據据 擠挤 數数 無无 時时 顯显 術术 機机 權权
    構构 極极 標标 樣样 檢检 殘残 沒没 測测 溫温 潰溃 滿满 濾滤 點点 煩烦 熱热 狀状 現现 碼码 確确 離离 種种 積积
    稱称 簽签 簡简 類类 級级 純纯 組组 織织 線线 結结 給给 絡络 絕绝 統统 續续 維维 緩缓 編编 縮缩 網网 罰罚 聯联
    節节 獲获 虛虚 規规 視视 覽览 觸触 計计 訂订 認认 讓让 訓训 議议 記记 訊讯 許许 論论 設设 訪访 證证 評评 識识
    訴诉 詞词 譯译 試试 話话 詢询 該该 詳详 語语 誤误 請请 讀读 調调 謝谢 負负 財财 責责 敗败 質质 購购 費费 資资
    轉转 輪轮 軟软 載载 較较 輸输 達达 過过 運运 還还 這这 進进 遠远 違违 連连 遲迟 適适 選选 遞递 邏逻 郵邮 釋释
    鑑鉴 鍾钟 鐘钟 鑰钥 錢钱 鏈链 銷销 鎖锁 錯错 鍵键 長长 門门 閉闭 問问 間间 閱阅 隊队 階阶 際际 險险 隨随 隱隐
    難难 頁页 項项 順顺 須须 預预 頻频 題题 額额 風风 飽饱 饋馈 驗验 體体 來来 內内 會会 傳传 價价 優优 側侧 寫写
    決决 凍冻 務务 勢势 華华 協协 歷历 壓压 雙双 嗎吗 團团 壞坏 塊块 場场 聲声 備备 實实 專专 丟丢 業业 東东 兩两
    嚴严 臨临 舉举 義义 書书 買买 亂乱 雲云 產产 億亿 僅仅 從从 儀仪 們们 眾众 餘余 儲储 準准 則则 剛刚 創创 別别
    製制 辦办 後后 裡里 佔占 週周 註注 採采 佈布 係系 繫系 願愿 龐庞 斷断 歸归 滯滞 終终 絆绊 綁绑 罷罢 舊旧 觀观
    賴赖 暫暂 檔档 尋寻 導导 匯汇 憶忆 輯辑 擬拟 誌志 蓋盖 驅驱 遺遗 損损 銀银 搶抢 擾扰 攔拦 攜携 陸陆 閒闲 緊紧
    幾几 畫画 獨独 頭头 邊边 裝装 營营 閘闸 陣阵 電电 雜杂 靜静 頂顶 顧顾 騰腾 滾滚 擊击 擴扩 繼继 職职 臺台 補补
    詐诈 貨货 貼贴 贈赠 車车 輕轻 迴回 徑径 雖虽 頓顿 領领 驚惊 衝冲 掃扫 掛挂 擷撷 暢畅 漲涨 濫滥 獎奖 瀏浏 癱瘫
    盤盘 禮礼 窮穷 緒绪 締缔 縱纵 繪绘 藝艺 虧亏 訝讶 診诊 誠诚 諮谘 講讲 讚赞 贊赞 贖赎 趕赶 軌轨 轟轰 遊游 釐厘
    鈴铃 鋪铺 闖闯 韌韧 頒颁 飆飙 飯饭 駐驻 麼么 黏粘 叢丛 勝胜 勞劳 勵励 匱匮 嚇吓 墊垫 夾夹 奪夺 婦妇 孫孙 宮宫
    屢屡 峽峡 幫帮 彈弹 徹彻 恆恒 愛爱 慣惯 慮虑 憂忧 懶懒 戰战 擋挡
    """
_TERMS = """
    金钥=密钥 秘钥=密钥 权杖=令牌 伺服器=服务器 逾时=超时 连线=连接 网路=网络 登入=登录 登陆=登录
    使用者=用户 存取=访问 支援=支持 储值=充值 加值=充值 回应=响应 档案=文件 影像=图片 逾期=过期
    用罄=用尽 停权=停用 设定=设置 尚未=未 字元=字符
    """

LETTERS: dict[str, str] = {pair[0]: pair[1] for pair in _PAIRS.split()}
"""Letters of traditional Chinese, and their simplified forms."""
_WORDS: dict[str, str] = {term: common for term, _, common in (line.partition("=") for line in _TERMS.split())}
_WORD = lazy("|".join(_WORDS))


_SEAM = lazy(r"(?<=[a-z])(?=[\u2e80-\ud7ff\uf900-\ufaff])|(?<=[\u2e80-\ud7ff\uf900-\ufaff])(?=[a-z])")
"""Where a Latin word stands next to Chinese, Japanese or Korean without a space."""


def common_form(text: str) -> str:
    """Latin words stand apart; terms used in Taiwan and Hong Kong, in simplified letters, become the mainland's."""
    return _SEAM.sub(" ", _WORD.sub(lambda match: _WORDS[match[0]], text))
