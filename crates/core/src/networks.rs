//! Networks that a token is limited to.

use std::fmt;
use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net};

use keyrack_types::bounds::counts::NETWORKS_OF_TOKEN;

/// Networks from which a token is accepted; never none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Networks(Vec<IpNet>);

/// Why networks cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NetworkError {
    #[error(
        "“{0}” is no address and no network: write 192.0.2.7, 10.0.0.0/8 (up to /32), 2001:db8::1 or 2001:db8::/32 (up to /128)"
    )]
    NotOne(String),
    #[error("at most {NETWORKS_OF_TOKEN} networks can be named, these are {0}")]
    TooMany(usize),
}

impl Networks {
    /// Reads addresses and networks in CIDR form. `*` stands for any address, and so does an empty list: then nothing is limited.
    ///
    /// # Errors
    /// [`NetworkError`] for what is no network, and for too many.
    pub fn read<'a>(written: impl IntoIterator<Item = &'a str>) -> Result<Option<Networks>, NetworkError> {
        let written: Vec<&str> = written.into_iter().map(str::trim).filter(|one| !one.is_empty()).collect();
        if written.len() > NETWORKS_OF_TOKEN {
            return Err(NetworkError::TooMany(written.len()));
        }
        let any = written.contains(&"*");
        let mut networks = Vec::with_capacity(written.len());
        for one in written.into_iter().filter(|one| *one != "*") {
            let network = network(one).ok_or_else(|| NetworkError::NotOne(one.chars().take(60).collect()))?;
            if !networks.contains(&network) {
                networks.push(network);
            }
        }
        Ok((!any && !networks.is_empty()).then_some(Networks(networks)))
    }

    /// From the store. Damaged text limits to nothing at all, so that nothing opens.
    pub fn from_stored(text: &str) -> Networks {
        match Networks::read(text.split(' ')) {
            Ok(Some(networks)) => networks,
            _ => {
                tracing::error!("the store holds networks of a token that are none");
                Networks(Vec::new())
            }
        }
    }

    /// Whether one of them holds this address.
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }

    /// Whether every address of the others is in one of these.
    pub fn cover(&self, others: &Networks) -> bool {
        others.0.iter().all(|other| self.0.iter().any(|network| network.contains(other)))
    }

    /// As people write them: a single address without its length.
    pub fn written(&self) -> Vec<String> {
        self.0.iter().map(written).collect()
    }
}

/// For storing.
impl fmt::Display for Networks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written().join(" "))
    }
}

fn written(network: &IpNet) -> String {
    if network.prefix_len() == network.max_prefix_len() { network.addr().to_string() } else { network.to_string() }
}

/// An address or a network; what is v4 in the clothes of v6 is v4.
fn network(written: &str) -> Option<IpNet> {
    let bare = |text: &str| text.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>().ok();
    let Some((address, length)) = written.split_once('/') else {
        return bare(written).map(|address| IpNet::from(address.to_canonical()));
    };
    let (address, length) = (bare(address)?, length.parse::<u8>().ok()?);
    let network = match (address, address.to_canonical()) {
        (IpAddr::V6(_), IpAddr::V4(inner)) if length >= 96 => IpNet::V4(Ipv4Net::new(inner, length - 96).ok()?),
        _ => IpNet::new(address, length).ok()?,
    };
    Some(network.trunc())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Option<Networks>, NetworkError> {
        Networks::read(text.split(','))
    }

    #[test]
    fn addresses_and_networks_of_both_families_hold_what_they_say() {
        for (networks, inside, outside) in [
            ("192.0.2.7", "192.0.2.7", "192.0.2.8"),
            ("10.0.0.0/8", "10.255.0.1", "11.0.0.0"),
            ("10.1.2.3/8", "10.255.0.1", "11.0.0.0"),
            ("2001:db8::/32", "2001:db8:1::1", "2001:db9::1"),
            ("::1", "::1", "127.0.0.1"),
            ("192.0.2.7", "::ffff:192.0.2.7", "::ffff:192.0.2.8"),
            ("::ffff:192.0.2.7", "192.0.2.7", "192.0.2.8"),
            ("::ffff:10.0.0.0/104", "10.1.1.1", "11.1.1.1"),
            ("192.0.2.7, 2001:db8::/32", "2001:db8::1", "192.0.2.8"),
        ] {
            let read = read(networks).unwrap().unwrap();
            assert!(read.contains(inside.parse().unwrap()), "{networks} holds {inside}");
            assert!(!read.contains(outside.parse().unwrap()), "{networks} does not hold {outside}");
            assert_eq!(Networks::from_stored(&read.to_string()), read);
        }
    }

    #[test]
    fn what_is_no_network_is_named() {
        for wrong in
            ["10.0.0.0/33", "2001:db8::/129", "example.org", "10.0.0", "10.0.0.0/", "/8", "fe80::1%eth0", "10.0.0.0/-1"]
        {
            assert_eq!(read(wrong), Err(NetworkError::NotOne(wrong.into())));
        }
        let many: Vec<String> = (0..=NETWORKS_OF_TOKEN).map(|number| format!("10.0.{number}.0/24")).collect();
        assert_eq!(read(&many.join(",")), Err(NetworkError::TooMany(NETWORKS_OF_TOKEN + 1)));
        assert!(read(&many[1..].join(",")).unwrap().is_some());
        assert_eq!(read("*"), Ok(None));
        assert_eq!(read(""), Ok(None));
    }

    #[test]
    fn damaged_networks_open_nothing() {
        let damaged = Networks::from_stored("nonsense");
        assert!(!damaged.contains("127.0.0.1".parse().unwrap()));
    }

    #[test]
    fn networks_cover_what_is_inside_them() {
        let networks = |text: &str| read(text).unwrap().unwrap();
        assert!(networks("10.0.0.0/8").cover(&networks("10.1.0.0/16,10.2.0.1")));
        assert!(!networks("10.1.0.0/16").cover(&networks("10.0.0.0/8")));
        assert!(!networks("10.0.0.0/8").cover(&networks("10.1.0.0/16,2001:db8::1")));
    }
}
