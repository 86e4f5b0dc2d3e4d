//! Reading a call's parameters into the type of its method.

use std::slice;

use keyrack_types::lists::parse_list;
use serde::de::value::BorrowedStrDeserializer;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, Error, IntoDeserializer, MapAccess, SeqAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use crate::params::{flag, whole_number};
use crate::{Kind, Pairs, Param, Refusal};

/// Reads what came into the type of which `declared` was made ([`params_of`](crate::params_of)).
///
/// # Errors
/// For the first declared parameter that is missing though required, given with two different values though it can have
/// but one, or that cannot be read. It is called by its own name.
pub fn read<T: DeserializeOwned>(declared: &'static [Param], pairs: Pairs) -> Result<T, Refusal> {
    T::deserialize(Parameters { declared: declared.iter(), pairs, value: None })
}

/// The parameters that came, in the order in which they are declared.
struct Parameters {
    declared: slice::Iter<'static, Param>,
    pairs: Pairs,
    /// The value of the name that was given out last.
    value: Option<(&'static str, Came)>,
}

/// The value of one parameter.
enum Came {
    One(String),
    Many(Vec<String>),
}

impl Parameters {
    fn take(&mut self, param: &'static Param) -> Result<Option<Came>, Refusal> {
        self.pairs.check_bounds(param)?;
        if !param.kind.repeats() {
            return Ok(self.pairs.take_single(param)?.map(Came::One));
        }
        let mut values = self.pairs.values(|name| param.is_called(name)).peekable();
        if values.peek().is_none() {
            return Ok(None);
        }
        let items = parse_list(values);
        // A list of names may be empty; which things are meant has to be said.
        Ok((param.kind != Kind::Ids || !items.is_empty()).then_some(Came::Many(items)))
    }
}

impl<'de> Deserializer<'de> for Parameters {
    type Error = Refusal;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        visitor.visit_map(self)
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Refusal> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit newtype_struct
        seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de> MapAccess<'de> for Parameters {
    type Error = Refusal;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Refusal> {
        while let Some(param) = self.declared.next() {
            match self.take(param)? {
                Some(value) => {
                    self.value = Some((param.name, value));
                    return seed.deserialize(BorrowedStrDeserializer::new(param.name)).map(Some);
                }
                None if param.required => return Err(Refusal::Missing(param.name)),
                None => {}
            }
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Refusal> {
        let (name, value) = self.value.take().ok_or_else(|| Refusal::custom("a value without a name"))?;
        let read = match value {
            Came::One(text) => seed.deserialize(Text(text)),
            Came::Many(items) => seed.deserialize(Items(items)),
        };
        read.map_err(|refusal| refusal.of(name))
    }
}

/// One text, read as what is asked for.
struct Text(String);

macro_rules! numbers {
    ($($method:ident $visit:ident $type:ty,)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
            let number = whole_number(&self.0).map_err(Refusal::custom)?;
            // The text for what cannot be negative; no client sends so large a number.
            let number = <$type>::try_from(number).map_err(|_| Refusal::custom("it has to be a number from 0 on"))?;
            visitor.$visit(number)
        }
    )*};
}

impl<'de> Deserializer<'de> for Text {
    type Error = Refusal;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        visitor.visit_string(self.0)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        visitor.visit_bool(flag(&self.0).map_err(Refusal::custom)?)
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        visitor.visit_i64(whole_number(&self.0).map_err(Refusal::custom)?)
    }

    numbers! {
        deserialize_u16 visit_u16 u16,
        deserialize_u32 visit_u32 u32,
        deserialize_u64 visit_u64 u64,
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Refusal> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        visitor.visit_enum(self.0.into_deserializer())
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i128 u8 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct
        identifier ignored_any
    }
}

/// The items of a list.
struct Items(Vec<String>);

impl<'de> Deserializer<'de> for Items {
    type Error = Refusal;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        visitor.visit_seq(Each(self.0.into_iter()))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Refusal> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct enum identifier ignored_any
    }
}

struct Each(std::vec::IntoIter<String>);

impl<'de> SeqAccess<'de> for Each {
    type Error = Refusal;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Refusal> {
        self.0.next().map(|item| seed.deserialize(Text(item))).transpose()
    }
}

#[cfg(test)]
mod tests;
