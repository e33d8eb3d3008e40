"""The notions of `rules.notions` in Vietnamese, Turkish, Indonesian and Polish, and in Russian.

Words stand without accents (and `d` for `đ`, `i` for `ı`, `l` for `ł`). Of Russian there are stems: a word is what the
longest stem that it begins with means; `не` and `слишком` are written together with what they belong to.
"""

WORLD: dict[str, str] = {
    "model": "mo hinh, modeli, modelin, modele, modeller, modelu",
    "key": """
        khoa api, ma api, khoa, xac thuc, dang nhap, anahtar, anahtari, anahtariniz, anahtarini, kimlik dogrulama,
        kimlik bilgileri, oturum, kunci api, kunci, otentikasi, autentikasi, klucz, klucza, uwierzytelnianie
    """,
    "account": """
        tai khoan, nguoi dung, du an, to chuc, hesap, hesabi, hesabiniz, kullanici, proje, akun, pengguna, konto,
        uzytkownik
    """,
    "money": """
        so du, tin dung, thanh toan, nap tien, bakiye, bakiyeniz, kredi, krediniz, odeme, fatura, faturalandirma, saldo,
        kredit, pembayaran, tagihan, srodkow, srodki, platnosc
    """,
    "quota": """
        han muc, han ngach, goi cuoc, goi mien phi, luot goi, luot su dung, kota, kotasi, kotaniz, abonelik,
        aboneliginiz, limiti, kuota, langganan, limit uzycia
    """,
    "prompt": """
        ngu canh, dau vao, do dai, girdi, istem, baglam, baglam uzunlugu, metin, masukan, konteks, panjang, kontekst,
        kontekstu, dlugosc
    """,
    "parameter": """
        tham so, gia tri, dinh dang, parametre, parametresi, degeri, nilai, parametr, wartosc
    """,
    "media": "hinh anh, tep, am thanh, gorsel, resim, dosya, gambar, berkas, obraz, plik",
    "server": """
        may chu, dich vu, he thong, sunucu, sunucusu, servis, hizmet, sistem, peladen, layanan, serwer, usluga, serwera
    """,
    "network": """
        mang, ket noi, baglanti, baglantisi, ag, jaringan, koneksi, polaczenia, polaczenie, siec
    """,
    "answer": "phan hoi, cau tra loi, ket qua, yanit, cevap, sonuc, cikti, respons, jawaban, tanggapan, odpowiedz",
    "content": "noi dung, icerik, konten, isi, tresc, tresci",
    "policy": "chinh sach, an toan, kiem duyet, politika, politikasi, guvenlik, kebijakan, keamanan, zasady",
    "place": "khu vuc, quoc gia, bolge, bolgenizde, ulke, wilayah, negara, regionie, kraju",
    "count": "so lan goi, istek sayisi, jumlah permintaan, liczba zapytan",
    "calls": """
        yeu cau, tan suat, so lan goi, istek, istekler, istek sayisi, cagri, permintaan, zapytan, zapytania, zadan
    """,
    "request": "yeu cau, istek, istegi, istegin, permintaan, zapytanie, zadanie",
    "absent": """
        khong ton tai, khong tim thay, khong co san, bulunamadi, mevcut degil, tidak ditemukan, tidak ada,
        nie znaleziono, nie istnieje
    """,
    "unsupported": "khong ho tro, chua ho tro, desteklenmiyor, desteklemiyor, tidak didukung, nie obsluguje",
    "invalid": """
        khong hop le, khong dung, sai, gecersiz, hatali, yanlis, tidak valid, salah, nieprawidlowy, nieprawidlowe,
        niepoprawny
    """,
    "unreal": """
        khong hop le, khong dung, sai, bi thu hoi, that bai, bi vo hieu hoa, bi khoa, gecersiz, hatali, yanlis,
        reddedildi, basarisiz, tidak valid, salah, gagal, nieprawidlowy, nieprawidlowe, niepoprawny, odrzucony
    """,
    "missing": """
        thieu, chua cau hinh, chua duoc cau hinh, chua co, bat buoc, chua nhap, chua thiet lap, de trong, eksik,
        gerekli, ayarlanmamis, tanimlanmamis, yapilandirilmamis, bos, diperlukan, belum diatur, kosong, brak, wymagany
    """,
    "expired": """
        het han, da het han, suresi dolmus, suresi doldu, suresi gecmis, kedaluwarsa, kadaluarsa, wygasl, wygasla
    """,
    "exceeded": """
        vuot qua, qua dai, qua lon, asildi, asiyor, cok uzun, cok buyuk, melebihi, melampaui, terlalu panjang,
        terlalu besar, przekracza, przekroczono, za dlugi, za duzy
    """,
    "exhausted": """
        het, da het, khong du, vuot qua, da su dung het, yetersiz, tukendi, doldu, dolmus, asildi, bitti, kalmadi,
        habis, tidak cukup, melebihi, terlampaui, wyczerpany, wyczerpano, przekroczono, niewystarczajace
    """,
    "often": """
        qua nhieu, gioi han, qua nhanh, cok fazla, limiti, cok sik, gunluk, hiz siniri, siniri, terlalu banyak, batas,
        terlalu sering, zbyt wiele, zbyt czesto, limitu zapytan, przekroczono limit
    """,
    "denied": """
        bi tu choi, tu choi, bi chan, bi cam, khong duoc phep, reddedildi, engellendi, yasak, askiya alindi, ditolak,
        diblokir, dilarang, odmowa, zabroniony, zablokowane
    """,
    "rights": "quyen, quyen truy cap, yetki, yetkiniz, izin, izniniz, akses, uprawnien, uprawnienia",
    "lacking": "khong co, khong du, yok, yetersiz, bulunmuyor, tidak memiliki, tidak punya, brak",
    "busy": "qua tai, dang ban, asiri yuklu, mesgul, yogun, cok yogun, sibuk, kelebihan beban, przeciazony",
    "down": """
        bao tri, khong kha dung, tam ngung, ngung hoat dong, kullanilamiyor, bakimda, erisilemiyor, yanit vermiyor,
        hizmet disi, tidak tersedia, pemeliharaan, niedostepny, niedostepna
    """,
    "broken": "loi noi bo, su co, ic hata, dahili hata, hatasi, kesalahan internal, kesalahan, wewnetrzny",
    "cut": """
        that bai, bi ngat, gian doan, loi, khong the, hatasi, kesildi, kurulamadi, basarisiz, reddedildi, koptu, gagal,
        terputus, bermasalah, przerwane, blad, nie udalo
    """,
    "late": """
        het thoi gian, qua thoi gian, qua lau, thoi gian cho, zaman asimi, zaman asimina ugradi, cok uzun surdu,
        sure asimi, waktu habis, terlalu lama, limit czasu
    """,
    "empty": "rong, bos, kosong, pusta",
    "flagged": """
        vi pham, bi chan, khong phu hop, nhay cam, ihlal, ihlali, uygunsuz, engellendi, melanggar, tidak pantas,
        narusza
    """,
}

RUSSIAN: dict[str, str] = {
    "model": "модел, деплой, нейросет",
    "key": "ключ, токен, авториз, аутентифик, логин, учетн, подпись",
    "account": "аккаунт, организац, пользоват, проект",
    "money": "баланс, средств, кредит, оплат, платеж, счет, деньг, денег",
    "quota": "квот, подписк, тариф, лимит",
    "budget": "бюджет, расход",
    "by people": "пользователе, вами, клиентом",
    "stopped": "отмен, прерван, остановл",
    "prompt": "промпт, промт, текст, контекст, ввод, длин, входн, токенов, сообщени, диалог",
    "parameter": "параметр, аргумент, поле, поля, значени, формат",
    "media": "изображен, картин, файл, аудио, видео",
    "server": "сервер, сервис, служб, систем, провайдер, шлюз, бэкенд",
    "network": "сеть, сети, соединен, подключен, подключит, интернет, прокси",
    "answer": "ответ, результат, вывод",
    "content": "контент, содержим, текст, запрос, промпт",
    "policy": "политик, правил, безопасност, модерац, фильтр",
    "place": "регион, стран, территор",
    "calls": "запрос, обращени, вызов, сообщен",
    "request": "запрос",
    "absent": "ненайд, несуществ, неизвестн, отсутств",
    "unsupported": "неподдерж",
    "invalid": "неверн, недопуст, некоррект, неправильн, ошибочн, недействит, невалидн",
    "unreal": "неверн, недействит, неправильн, некоррект, отклонен, отозван, заблокирован, невалидн, неудал",
    "missing": "отсутств, незадан, неуказан, ненастро, неустанов, непередан, требует, пуст, необходим, ненайд",
    "expired": "истек, просроч, устарел",
    "exceeded": "превыш, слишкомдлин, слишкомбольш, слишкоммного",
    "exhausted": "недостаточн, исчерп, законч, нехват, израсход, превыш, кончил, достиг",
    "often": "слишкоммного, слишкомчаст, частот, ограничен, лимит, превыш, минут, сутки, день",
    "denied": "запрещ, отказан, заблокир, заблокирован, недоступ, ограничен, приостановл",
    "rights": "прав, разрешен, доступ",
    "lacking": "нет, недостат, отсутств, неимеет",
    "retired": "устарел, снят, удален",
    "loading": "загруж, загруз, запуска",
    "busy": "перегруж, перегруз, занят, нагрузк",
    "down": "недоступ, обслуживан, неработа, технич, неотвеча, молчит",
    "broken": "внутренн, сбой, ошибк, исключени, неполадк",
    "cut": "разорван, прерван, неудал, потерян, сброш, отклонен, ошибк, проблем, нет",
    "late": "таймаут, ожидан, слишкомдолг, неответил, неуспел",
    "empty": "пуст",
    "not made": "невернул, недал, неполуч, несгенерир, невыдал",
    "flagged": "наруш, заблокир, заблокирован, запрещ, неприемл, небезопас, отклонен",
    "unreadable": "разобрать, парсинг, распарс, декодир, разбор",
    "unfinished": "обрезан, неполн, оборвал",
}
"""Stems, four letters or more; of those that a word begins with the longest counts."""
