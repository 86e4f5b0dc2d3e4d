//! Who a request comes from; the domain's file has much else.

use std::net::IpAddr;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    pub address: IpAddr,
    pub user_agent: String,
}
