package io.k8j.apiserver.crd;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.api.FieldError;
import io.k8j.model.json.Json;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the schema of a definition is refused for. Each case stands in the property {@code p}. */
class SchemaRulesTest {
    private static List<String> errors(String schema) {
        Map<String, Object> tree = Json.parseObject(schema.replace('\'', '"'));
        return SchemaRules.check("s", tree).stream().map(FieldError::toString).toList();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{}|s.properties[p].type: Required value: must not be empty for specified object fields",
                "{'type':'array'}|s.properties[p].items: Required value: must be specified",
                "{'type':'array','items':{}}|s.properties[p].items.type: Required value: must not be empty for"
                        + " specified array items",
                "{'type':'float'}|s.properties[p].type: Unsupported value: \"float\": supported values: \"array\","
                        + " \"boolean\", \"integer\", \"number\", \"object\", \"string\"",
                "{'type':'string','$ref':'x'}|s.properties[p].$ref: Forbidden: $ref is not supported",
                "{'type':'string','pattern':'('}|s.properties[p].pattern: Invalid value: \"(\": must be a valid regular"
                        + " expression, but isn't: error parsing regexp: missing closing ): `(`",
                "{'type':'string','anyOf':[{'type':'string'}]}|s.properties[p].anyOf[0].type: Forbidden: must be empty"
                        + " to be structural",
                "{'type':'object','not':{'default':1}}|s.properties[p].not.default: Forbidden: must be undefined to be"
                        + " structural",
                "{'type':'object','x-kubernetes-embedded-resource':true}|s.properties[p].properties: Required value:"
                        + " must not be empty if x-kubernetes-embedded-resource is true without"
                        + " x-kubernetes-preserve-unknown-fields",
                "{'x-kubernetes-int-or-string':true,'x-kubernetes-preserve-unknown-fields':true}|s.properties[p]"
                        + ".x-kubernetes-preserve-unknown-fields: Invalid value: true: must be false if"
                        + " x-kubernetes-int-or-string is true",
                "{'type':'object','x-kubernetes-preserve-unknown-fields':false}|s.properties[p]"
                        + ".x-kubernetes-preserve-unknown-fields: Invalid value: false: must be true or undefined",
                "{'type':'array','uniqueItems':true,'items':{'type':'string'}}|s.properties[p].uniqueItems: Forbidden:"
                        + " uniqueItems cannot be set to true since the runtime complexity becomes quadratic",
                "{'type':'array','x-kubernetes-list-type':'map','items':{'type':'object','properties':{'k':{'type':"
                        + "'string'}}},'x-kubernetes-list-map-keys':['k']}|s.properties[p].items.properties[k].default:"
                        + " Required value: this property is in x-kubernetes-list-map-keys, so it must have a default or"
                        + " be a required property",
                "{'type':'array','x-kubernetes-list-type':'set','items':{'type':'string','nullable':true}}|s.properties[p].items.nullable:"
                        + " Forbidden: cannot be nullable when x-kubernetes-list-type is set",
                "{'type':'integer','default':'x'}|s.properties[p].default: Invalid value: \"string\":  in"
                        + " body must be of type integer: \"string\"",
                "{'type':'object','default':{'a':1}}|s.properties[p].default: Invalid value: {\"a\":1}: must not have"
                        + " unknown fields",
                "{'type':'string','x-kubernetes-validations':[{'rule':''}]}|s.properties[p].x-kubernetes-validations[0]"
                        + ".rule: Required value: rule is not specified",
                "{'type':'integer','x-kubernetes-validations':[{'rule':'self'}]}|s.properties[p]"
                        + ".x-kubernetes-validations[0].rule: Invalid value: {\"Rule\":\"self\",\"Message\":\"\","
                        + "\"MessageExpression\":\"\",\"Reason\":null,\"FieldPath\":\"\",\"OptionalOldSelf\":null}: cel"
                        + " expression must evaluate to a bool",
                "{'type':'integer','x-kubernetes-validations':[{'rule':'true','reason':'No'}]}|s.properties[p]"
                        + ".x-kubernetes-validations[0].reason: Unsupported value: \"No\": supported values:"
                        + " \"FieldValueDuplicate\", \"FieldValueForbidden\", \"FieldValueInvalid\","
                        + " \"FieldValueRequired\"",
                "{'type':'object','x-kubernetes-validations':[{'rule':'true','fieldPath':'.x'}]}|s.properties[p]"
                        + ".x-kubernetes-validations[0].fieldPath: Invalid value: \".x\": must be a valid path",
                "{'type':'array','items':{'type':'integer','x-kubernetes-validations':[{'rule':'self == oldSelf'}]}}|"
                        + "s.properties[p].items.x-kubernetes-validations[0].rule: Invalid value: \"self == oldSelf\":"
                        + " oldSelf cannot be used on the uncorrelatable portion of the schema within s.properties[p]",
                "{'type':'integer','x-kubernetes-validations':[{'rule':'self > 1','optionalOldSelf':true}]}|"
                        + "s.properties[p].x-kubernetes-validations[0].optionalOldSelf: Invalid value: true: may not be"
                        + " set if oldSelf is not used in rule",
            })
    void names(String schema, String error) {
        assertThat(errors("{'type':'object','properties':{'p':" + schema + "}}"))
                .containsExactly(error);
    }

    @Test
    void rulesMayNotCostTooMuch() {
        String strings = "{'type':'array','items':{'type':'string'},'x-kubernetes-validations':[{'rule':"
                + "'self.all(x, self.exists_one(y, x == y))'}]}";
        assertThat(errors("{'type':'object','properties':{'p':" + strings + "}}"))
                .containsExactly(
                        "s.properties[p].x-kubernetes-validations[0].rule: Forbidden: estimated rule cost exceeds"
                                + " budget by factor of more than 100x (try simplifying the rule, or adding maxItems,"
                                + " maxProperties, and maxLength where arrays, maps, and strings are declared)",
                        "s.properties[p].x-kubernetes-validations[0].rule: Forbidden: contributed to estimated rule"
                                + " cost total exceeding cost limit for entire OpenAPIv3 schema",
                        "s: Forbidden: x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema"
                                + " exceeds budget by factor of more than 100x (try simplifying the rule, or adding"
                                + " maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)");
        assertThat(errors("{'type':'object','properties':{'p':"
                        + strings.replace("'type':'array'", "'type':'array','maxItems':10")
                                .replace("'type':'string'", "'type':'string','maxLength':20")
                        + "}}"))
                .isEmpty();
    }

    @Test
    void theRootIsAnObjectAndItsMetadataIsImplied() {
        assertThat(errors("{'type':'string'}"))
                .contains("s.type: Invalid value: \"string\": must be object at the root");
        assertThat(errors("{'type':'object','nullable':true}"))
                .contains("s.nullable: Forbidden: nullable cannot be true at the root");
        assertThat(errors("{'type':'object','properties':{'metadata':{'type':'object','properties':{'labels':{'type':"
                        + "'object'}}}}}"))
                .containsExactly("s.properties[metadata]: Forbidden: must not specify anything other than name and"
                        + " generateName, but metadata is implicitly specified");
        assertThat(errors("{'type':'object','properties':{'metadata':{'type':'object','properties':{'name':{'type':"
                        + "'string','maxLength':5}}}}}"))
                .isEmpty();
        // As protobuf brings it, with all the fields that say nothing.
        assertThat(errors("{'type':'object','properties':{'metadata':{'type':'object','properties':{'name':{'type':"
                        + "'string'}},'id':'','title':'','uniqueItems':false,'nullable':false,'required':[]}}}"))
                .isEmpty();
    }
}
