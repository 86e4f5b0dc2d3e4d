//! `marketplace.console`: lines that manifests and clients write.

use crate::dispatch::method::methods;

methods! {
    clear_log::ClearLog,
    read_log::ReadLog,
    write_log::WriteLog,
}
