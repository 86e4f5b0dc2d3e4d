//! From where a token was last used and for what, in words.

use keyrack_types::methods::split_name;
use keyrack_types::tokens::TokenUse;

/// ` from 192.0.2.7, curl/8.5`: follows the moment of the last use. Empty when nothing is known.
pub(super) fn from_where(used: &TokenUse) -> String {
    let mut text = String::new();
    for (before, part) in [(" from ", &used.address), (", ", &used.agent)] {
        if !part.is_empty() {
            text += before;
            text += part;
        }
    }
    text
}

/// `Calls: control.StopEnv 12, control.GetEnvs 3`. Empty when there were none.
pub(super) fn calls(used: &TokenUse) -> String {
    if used.calls.is_empty() {
        return String::new();
    }
    let one = |(name, count): &(String, i64)| {
        let (_, class, method) = split_name(name);
        format!("{class}.{method} {count}")
    };
    let counted: Vec<String> = used.calls.iter().map(one).collect();
    let more = if used.more == 0 { String::new() } else { format!(" and {} more methods", used.more) };
    format!("Calls: {}{more}", counted.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn used(address: &str, agent: &str, calls: &[(&str, i64)], more: usize) -> TokenUse {
        let calls = calls.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect();
        TokenUse { address: address.into(), agent: agent.into(), calls, more }
    }

    #[test]
    fn what_is_known_is_shown() {
        let all =
            used("192.0.2.7", "curl/8.5", &[("environment.control.StopEnv", 12), ("environment.file.Read", 1)], 0);
        assert_eq!(from_where(&all), " from 192.0.2.7, curl/8.5");
        assert_eq!(calls(&all), "Calls: control.StopEnv 12, file.Read 1");
        let many = used("192.0.2.7", "", &[("environment.control.StopEnv", 12)], 3);
        assert_eq!(from_where(&many), " from 192.0.2.7");
        assert_eq!(calls(&many), "Calls: control.StopEnv 12 and 3 more methods");
        let nothing = used("", "", &[], 0);
        assert_eq!((from_where(&nothing), calls(&nothing)), (String::new(), String::new()));
    }
}
