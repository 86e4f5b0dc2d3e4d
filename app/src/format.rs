//! Small texts made of numbers and names.

use chrono::{DateTime, Timelike, Utc};

/// `1 node`, `3 nodes`.
pub fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// A time of day with seconds, UTC: `14:05:09`.
pub fn time_of_day(moment: DateTime<Utc>) -> String {
    let time = moment.time();
    format!("{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second())
}

/// How long something took, as exact as it matters: `0.4 s`, `12 s`, `3 min 5 s`, `2 h 10 min`.
pub fn duration(from: DateTime<Utc>, to: DateTime<Utc>) -> String {
    let millis = (to - from).num_milliseconds().max(0);
    let seconds = millis / 1000;
    match seconds {
        0..10 => format!("{seconds}.{} s", millis % 1000 / 100),
        10..60 => format!("{seconds} s"),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

/// What to call a browser or client by its User-Agent: `Firefox on Linux`, `curl/8.5.0`, `Unknown client`.
pub fn client_name(user_agent: &str) -> String {
    // The order matters: each of them also claims to be those after it.
    const BROWSERS: [(&str, &str); 5] =
        [("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari")];
    const SYSTEMS: [(&str, &str); 6] = [
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ];
    let named =
        |list: &[(&str, &'static str)]| list.iter().find(|(mark, _)| user_agent.contains(mark)).map(|(_, name)| *name);
    match (named(&BROWSERS), named(&SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(browser), None) => browser.to_owned(),
        _ => match user_agent.split_whitespace().next() {
            Some(first) => first.chars().take(60).collect(),
            None => "Unknown client".to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use chrono::{TimeDelta, TimeZone};

    use super::*;

    #[test]
    fn durations_are_as_exact_as_it_matters() {
        let from = Utc.with_ymd_and_hms(2026, 11, 24, 14, 5, 9).unwrap();
        for (millis, text) in [
            (-5, "0.0 s"),
            (432, "0.4 s"),
            (9_999, "9.9 s"),
            (12_300, "12 s"),
            (185_000, "3 min 5 s"),
            (7_800_000, "2 h 10 min"),
        ] {
            assert_eq!(duration(from, from + TimeDelta::milliseconds(millis)), text);
        }
        assert_eq!(time_of_day(from), "14:05:09");
    }

    #[test]
    fn clients_are_called_by_what_people_know() {
        let chrome =
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";
        assert_eq!(client_name(chrome), "Chrome on Linux");
        assert_eq!(client_name(&format!("{chrome} Edg/142.0")), "Edge on Linux");
        let phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1";
        assert_eq!(client_name(phone), "Safari on iPhone");
        assert_eq!(client_name("curl/8.5.0"), "curl/8.5.0");
        assert_eq!(client_name("  "), "Unknown client");
    }

    #[test]
    fn one_is_not_many() {
        assert_eq!(count(1, "node", "nodes"), "1 node");
        assert_eq!(count(0, "node", "nodes"), "0 nodes");
    }
}
