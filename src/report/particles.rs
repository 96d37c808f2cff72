//! Korean particles, whose form depends on the last sound of the preceding word. A message
//! catalogue contains both forms (`을(를)`); here one is chosen once the word is known. A word with
//! an unknown sound keeps both.

/// Forms in the catalogue, after a consonant, and after a vowel.
const OPEN: [[&str; 3]; 5] = [
    ["은(는)", "은", "는"],
    ["이(가)", "이", "가"],
    ["을(를)", "을", "를"],
    ["와(과)", "과", "와"],
    ["(으)로", "으로", "로"],
];

/// Last sound of a word, as far as particles distinguish it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sound {
    Vowel,
    /// ㄹ, after which `로` stands as after a vowel.
    L,
    Consonant,
}

/// Replaces the double forms of particles in a sentence by those that fit.
pub(super) fn chosen(sentence: &str) -> String {
    let mut text = String::with_capacity(sentence.len());
    push(&mut text, sentence);
    text
}

/// Appends words to `text`, with particles that fit the text before them.
pub(super) fn push(text: &mut String, words: &str) {
    let mut rest = words;
    while let Some((at, [open, closed, vowel])) =
        OPEN.iter().filter_map(|forms| Some((rest.find(forms[0])?, *forms))).min()
    {
        text.push_str(&rest[..at]);
        text.push_str(match sound(text) {
            None => open,
            Some(Sound::Vowel) => vowel,
            Some(Sound::L) if open == "(으)로" => vowel,
            Some(Sound::L | Sound::Consonant) => closed,
        });
        rest = &rest[at + open.len()..];
    }
    text.push_str(rest);
}

/// Returns the last sound of `text` when it is read aloud.
fn sound(text: &str) -> Option<Sound> {
    let text = bare(text);
    match text.chars().next_back()? {
        letter @ '가'..='힣' => Some(match (u32::from(letter) - u32::from('가')) % 28 {
            0 => Sound::Vowel,
            8 => Sound::L,
            _ => Sound::Consonant,
        }),
        '0'..='9' => Some(number(text)),
        // 퍼센트, 별표.
        '%' | '*' => Some(Sound::Vowel),
        'a'..='z' | 'A'..='Z' => Some(latin(text)),
        _ => None,
    }
}

/// Strips what is not read aloud: quotes, and a remark in brackets.
fn bare(text: &str) -> &str {
    let mut text = text;
    loop {
        text = text.trim_end_matches([' ', '`', '"', '\'', '”', '’']);
        match text.strip_suffix(')') {
            Some(within) => match within.rsplit_once('(') {
                Some((before, _)) if !before.is_empty() => text = before,
                _ => return within,
            },
            None => return text,
        }
    }
}

/// Returns the last sound of a number: `1` 일, `30` 삼십, `1.50` 일점오영, `$5` 오달러.
fn number(text: &str) -> Sound {
    let before =
        text.trim_end_matches(|letter: char| letter.is_ascii_digit() || ",.".contains(letter));
    if before.ends_with('$') {
        return Sound::Vowel;
    }
    match text.as_bytes().last() {
        Some(b'1' | b'7' | b'8') => Sound::L,
        Some(b'0' | b'3' | b'6') => Sound::Consonant,
        _ => Sound::Vowel,
    }
}

/// Returns the last sound of a Latin word as transcribed to Hangul: by its ending, with a few
/// exceptions. A word without vowels, or all in capitals, is spelled out.
fn latin(text: &str) -> Sound {
    let before = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let word = &text[before.len()..];
    if before.trim_end().ends_with(|letter: char| letter.is_ascii_digit()) {
        match word {
            "h" | "min" => return Sound::Consonant,
            "d" => return Sound::L,
            _ => {}
        }
    }
    let capitals = word.bytes().all(|letter| letter.is_ascii_uppercase());
    let word = word.to_ascii_lowercase();
    let is_vowel = |letter: &u8| b"aeiouy".contains(letter);
    let letters = word.as_bytes();
    if capitals || !letters.iter().any(is_vowel) {
        return match letters.last() {
            Some(b'l' | b'r') => Sound::L,
            Some(b'm' | b'n') => Sound::Consonant,
            _ => Sound::Vowel,
        };
    }
    let ends = |endings: &[&str]| endings.iter().any(|ending| word.ends_with(ending));
    // 파이프, 체크, 루프.
    if ends(&["pipe", "check", "oop"]) {
        return Sound::Vowel;
    }
    if ends(&["l", "le"]) {
        return Sound::L;
    }
    // 서비스, 노드, 오더 and most others end with a vowel; 토픽, 락, 타입, 네임, 킹 do not.
    if ends(&["m", "n", "ng", "me", "ne", "ck", "ic", "ook", "type", "app", "out"]) {
        return Sound::Consonant;
    }
    // Stops stay alone behind one vowel (숍, 웹, 챗), not behind two (웨이트) or a consonant (카트).
    let before = |count: usize| letters.len().checked_sub(count).and_then(|at| letters.get(at));
    let (one, two) = (before(2).is_some_and(is_vowel), before(3).is_some_and(is_vowel));
    match letters.last() {
        Some(b'p') if one => Sound::Consonant,
        Some(b't') if one && !two => Sound::Consonant,
        Some(b'b') if matches!(before(2), Some(b'a' | b'e' | b'o')) => Sound::Consonant,
        _ => Sound::Vowel,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn reads(word: &str, words: &str, said: &str) {
        let mut text = word.to_owned();
        push(&mut text, words);
        assert_eq!(text, format!("{word}{said}"));
    }

    #[test]
    fn hangul_hangs_on_its_last_letter() {
        reads("서비스", "이(가) 한계", "가 한계");
        reads("커넥션", "은(는) 쓰이지 않음", "은 쓰이지 않음");
        reads("반복 8회", "(으)로는 알 수 없음", "로는 알 수 없음");
        reads("서울", "(으)로", "로");
        reads("풀", "을(를)", "을");
        reads("락", "와(과) 무관", "과 무관");
    }

    #[test]
    fn numbers_are_read() {
        for (number, said) in [("1", "로"), ("2", "로"), ("3", "으로"), ("6", "으로"), ("7", "로")]
        {
            reads(number, "(으)로", said);
        }
        for (number, said) in [("10", "으로"), ("1,000", "으로"), ("0.5", "로"), ("1.50", "으로")]
        {
            reads(number, "(으)로", said);
        }
        reads("864", "은(는) 소진", "는 소진");
        reads("$150", "을(를)", "를");
        reads("80 %", "을(를) 사용", "를 사용");
    }

    #[test]
    fn units_and_latin_words_are_read() {
        for word in ["product CPU", "RPS", "250 ms", "30s", "512 MiB", "session-redis", "order-db"]
        {
            reads(word, "이(가)", "가");
        }
        for word in
            ["`master`", "order-service", "checkout-api", "payment-completed", "cart", "node"]
        {
            reads(word, "을(를)", "를");
        }
        for word in
            ["web", "shop", "topic", "lock", "as-written", "stream", "JVM", "2 h", "checkout"]
        {
            reads(word, "을(를)", "을");
        }
        reads("mysql", "(으)로", "로");
        reads("pool", "이(가)", "이");
        reads("order (2)", "은(는)", "는");
    }

    #[test]
    fn what_cannot_be_read_stays_open() {
        reads("値", "을(를)", "을(를)");
        reads("", "은(는)", "은(는)");
        reads("a", " 그리고", " 그리고");
    }
}
