//! CloudFormation's intrinsic functions, conditions and dynamic references, as far as the templates
//! of this project use them.
//!
//! Invariant: a name that nothing declares is an error, never an empty text; `AWS::NoValue` takes
//! its property away, as it does in a deploy.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::{TemplateError, Texts, document::Place};

/// What takes the place of names and secrets that only a deploy makes.
#[derive(Debug, Clone, Default)]
pub struct StandIns {
    /// Name of the table; its logical id where absent, which is what `sam local` uses too.
    pub table_name: Option<String>,
    /// Values of the generated secrets, by logical id.
    pub secrets: Texts,
}

/// Everything a reference can mean.
pub(super) struct Scope<'a> {
    document: &'a Value,
    parameters: Texts,
    stand_ins: &'a StandIns,
}

impl<'a> Scope<'a> {
    pub(super) fn new(document: &'a Value, parameters: Texts, stand_ins: &'a StandIns) -> Self {
        Self { document, parameters, stand_ins }
    }

    /// Whether the resource's condition, if it has one, holds.
    pub(super) fn is_made(&self, resource: &Value) -> Result<bool, TemplateError> {
        resource["Condition"].as_str().map_or(Ok(true), |name| self.condition(name))
    }

    /// The text a property comes to, which must be there.
    pub(super) fn required_text(
        &self,
        value: Option<&Value>,
        place: &Place,
    ) -> Result<String, TemplateError> {
        let value = value.map(|value| self.resolve(value, place)).transpose()?.flatten();
        match value {
            Some(Value::String(text)) => Ok(text),
            _ => Err(place.must_be("a text")),
        }
    }

    /// The whole number a property comes to.
    pub(super) fn number(&self, value: &Value, place: &Place) -> Result<u64, TemplateError> {
        let text = self.required_text(Some(value), place)?;
        text.parse().map_err(|_| place.must_be("a whole number"))
    }

    /// The named texts a mapping comes to; none where there is no mapping.
    pub(super) fn texts(
        &self,
        mapping: &Value,
        place: &Place,
    ) -> Result<HashMap<String, String>, TemplateError> {
        let mut texts = HashMap::new();
        for (name, value) in mapping.as_object().into_iter().flat_map(Map::iter) {
            let place = place.under(name);
            match self.resolve(value, &place)? {
                Some(Value::String(text)) => {
                    texts.insert(name.clone(), self.with_secrets(&text, &place)?)
                }
                None => None,
                Some(_) => return Err(place.must_be("a text")),
            };
        }
        Ok(texts)
    }

    /// What a node comes to; nothing for `AWS::NoValue`.
    pub(super) fn resolve(
        &self,
        value: &Value,
        place: &Place,
    ) -> Result<Option<Value>, TemplateError> {
        match value {
            Value::Array(items) => {
                let items: Result<Vec<_>, _> =
                    items.iter().map(|item| self.resolve(item, place)).collect();
                Ok(Some(items?.into_iter().flatten().collect()))
            }
            Value::Object(object) => match intrinsic(object) {
                Some((name, argument)) => self.call(name, argument, place),
                None => self.members(object, place).map(Some),
            },
            scalar => Ok(Some(scalar.clone())),
        }
    }

    fn members(&self, object: &Map<String, Value>, place: &Place) -> Result<Value, TemplateError> {
        let mut resolved = Map::new();
        for (name, value) in object {
            if let Some(value) = self.resolve(value, &place.under(name))? {
                resolved.insert(name.clone(), value);
            }
        }
        Ok(Value::Object(resolved))
    }

    fn call(
        &self,
        name: &str,
        argument: &Value,
        place: &Place,
    ) -> Result<Option<Value>, TemplateError> {
        let parts = argument.as_array().map_or(&[][..], Vec::as_slice);
        match (name, parts) {
            ("Ref", _) if argument == "AWS::NoValue" => Ok(None),
            ("Ref", _) => {
                self.reference(plain_text(argument, place)?, place).map(|text| Some(text.into()))
            }
            ("Fn::GetAtt", [Value::String(id), Value::String(attribute)]) => {
                self.attribute(id, attribute, place).map(|text| Some(text.into()))
            }
            ("Fn::GetAtt", _) => {
                let (id, attribute) =
                    plain_text(argument, place)?.split_once('.').unwrap_or_default();
                self.attribute(id, attribute, place).map(|text| Some(text.into()))
            }
            ("Fn::Sub", [Value::String(text), variables]) => {
                let variables = self.texts(variables, place)?;
                self.substitute(text, &variables, place).map(|text| Some(text.into()))
            }
            ("Fn::Sub", _) => {
                let text = plain_text(argument, place)?;
                self.substitute(text, &HashMap::new(), place).map(|text| Some(text.into()))
            }
            ("Fn::If", [Value::String(condition), then, otherwise]) => {
                let chosen = if self.condition(condition)? { then } else { otherwise };
                self.resolve(chosen, place)
            }
            ("Fn::Join", [Value::String(separator), items]) => {
                let Some(Value::Array(items)) = self.resolve(items, place)? else {
                    return Err(place.must_be("a list of texts to join"));
                };
                let texts: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
                Ok(Some(texts.join(separator).into()))
            }
            ("Fn::Equals" | "Fn::And" | "Fn::Or" | "Fn::Not" | "Condition", _) => {
                self.truth(name, argument, place).map(|truth| Some(truth.to_string().into()))
            }
            _ => Err(TemplateError::UnknownIntrinsic {
                place: place.to_string(),
                name: name.to_owned(),
            }),
        }
    }

    fn condition(&self, name: &str) -> Result<bool, TemplateError> {
        let place = Place::new("Conditions").under(name);
        let declared = self.document["Conditions"].get(name).and_then(Value::as_object);
        let (function, argument) = declared.and_then(intrinsic).ok_or_else(|| {
            TemplateError::UnknownName { place: place.to_string(), name: name.to_owned() }
        })?;
        self.truth(function, argument, &place)
    }

    fn truth(&self, name: &str, argument: &Value, place: &Place) -> Result<bool, TemplateError> {
        if name == "Condition" {
            return self.condition(plain_text(argument, place)?);
        }
        let parts = argument.as_array().ok_or_else(|| place.must_be("a list"))?;
        let truths = || -> Result<Vec<bool>, TemplateError> {
            parts.iter().map(|part| self.part_truth(part, place)).collect()
        };
        match (name, parts.as_slice()) {
            ("Fn::Equals", [left, right]) => {
                Ok(self.resolve(left, place)? == self.resolve(right, place)?)
            }
            ("Fn::Not", [_]) => Ok(!truths()?[0]),
            ("Fn::And", _) => Ok(truths()?.into_iter().all(|truth| truth)),
            ("Fn::Or", _) => Ok(truths()?.into_iter().any(|truth| truth)),
            _ => Err(TemplateError::UnknownIntrinsic {
                place: place.to_string(),
                name: name.to_owned(),
            }),
        }
    }

    fn part_truth(&self, part: &Value, place: &Place) -> Result<bool, TemplateError> {
        let (name, argument) = part
            .as_object()
            .and_then(intrinsic)
            .ok_or_else(|| place.must_be("a list of conditions"))?;
        self.truth(name, argument, place)
    }

    fn reference(&self, name: &str, place: &Place) -> Result<String, TemplateError> {
        if let Some(value) = self.parameters.get(name) {
            return Ok(value.clone());
        }
        if let Some(value) = pseudo_parameter(name) {
            return Ok(value.to_owned());
        }
        let resource = self.resource(name, place)?;
        match (&resource["Type"], &self.stand_ins.table_name) {
            (Value::String(kind), Some(table)) if kind == "AWS::DynamoDB::Table" => {
                Ok(table.clone())
            }
            (Value::String(kind), _) if kind == "AWS::SNS::Topic" => {
                Ok(format!("arn:aws:sns:us-east-1:123456789012:{name}"))
            }
            _ => Ok(name.to_owned()),
        }
    }

    fn attribute(&self, id: &str, attribute: &str, place: &Place) -> Result<String, TemplateError> {
        let name = self.resource(id, place).and_then(|_| self.reference(id, place))?;
        Ok(format!("arn:aws:local:::{name}/{attribute}"))
    }

    /// The declared resource; SAM also makes some by itself, such as `ServerlessHttpApi` and a
    /// function's role.
    fn resource(&self, id: &str, place: &Place) -> Result<&Value, TemplateError> {
        let made_by_sam = id.starts_with("Serverless") || id.ends_with("Role");
        match self.document["Resources"].get(id) {
            Some(resource) => Ok(resource),
            None if made_by_sam => Ok(&Value::Null),
            None => {
                Err(TemplateError::UnknownName { place: place.to_string(), name: id.to_owned() })
            }
        }
    }

    /// `${Name}`, `${Resource.Attribute}` and the names of `variables`; `${!Literal}` stays as
    /// `${Literal}`.
    fn substitute(
        &self,
        text: &str,
        variables: &HashMap<String, String>,
        place: &Place,
    ) -> Result<String, TemplateError> {
        let mut result = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let (name, tail) =
                after.split_once('}').ok_or_else(|| place.must_be("a text whose ${ are closed"))?;
            result.push_str(before);
            match (name.strip_prefix('!'), variables.get(name), name.split_once('.')) {
                (Some(literal), _, _) => result.extend(["${", literal, "}"]),
                (None, Some(value), _) => result.push_str(value),
                (None, None, Some((id, attribute))) => {
                    result.push_str(&self.attribute(id, attribute, place)?)
                }
                (None, None, None) => result.push_str(&self.reference(name, place)?),
            }
            rest = tail;
        }
        result.push_str(rest);
        Ok(result)
    }

    /// Puts a generated secret's value where `{{resolve:secretsmanager:…}}` names it.
    fn with_secrets(&self, text: &str, place: &Place) -> Result<String, TemplateError> {
        let mut result = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{resolve:") {
            let (reference, tail) = after
                .split_once("}}")
                .ok_or_else(|| place.must_be("a closed dynamic reference"))?;
            let name = reference
                .strip_prefix("secretsmanager:")
                .and_then(|secret| secret.split(':').next());
            let value = name.and_then(|name| self.stand_ins.secrets.get(name));
            let value = value.ok_or_else(|| TemplateError::UnknownName {
                place: place.to_string(),
                name: format!("the secret {}", name.unwrap_or(reference)),
            })?;
            result.push_str(before);
            result.push_str(value);
            rest = tail;
        }
        result.push_str(rest);
        Ok(result)
    }
}

fn intrinsic(object: &Map<String, Value>) -> Option<(&str, &Value)> {
    let (name, argument) = object.iter().next().filter(|_| object.len() == 1)?;
    (name == "Ref" || name == "Condition" || name.starts_with("Fn::")).then_some((name, argument))
}

fn plain_text<'a>(argument: &'a Value, place: &Place) -> Result<&'a str, TemplateError> {
    argument.as_str().ok_or_else(|| place.must_be("a text"))
}

fn pseudo_parameter(name: &str) -> Option<&'static str> {
    match name {
        "AWS::Region" => Some("us-east-1"),
        "AWS::AccountId" => Some("123456789012"),
        "AWS::Partition" => Some("aws"),
        "AWS::StackName" => Some("local"),
        "AWS::StackId" => Some("arn:aws:cloudformation:us-east-1:123456789012:stack/local/local"),
        "AWS::URLSuffix" => Some("amazonaws.com"),
        _ => None,
    }
}
