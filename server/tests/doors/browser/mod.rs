mod account;
mod defence;
mod exports;
mod pages;
mod sign_in;
mod visitor;
