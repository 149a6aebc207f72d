package io.k8j.apiserver.crd;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.api.FieldError;
import io.k8j.model.json.Json;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What values are refused for, in upstream's words. */
class ValueRulesTest {
    private static Object tree(String json) {
        return Json.parse(json.replace('\'', '"'));
    }

    private static List<String> errors(String schema, String value, Object old) {
        return ValueRules.check("p", Json.parseObject(schema.replace('\'', '"')), tree(value), old).stream()
                .map(FieldError::toString)
                .toList();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{'type':'integer','maximum':10}|11|p: Invalid value: 11: p in body should be less than or equal to 10",
                "{'type':'number','minimum':0.5,'exclusiveMinimum':true}|0.5|p: Invalid value: 0.5: p in body should be"
                        + " greater than 0.5",
                "{'type':'integer','multipleOf':3}|4|p: Invalid value: 4: p in body should be a multiple of 3",
                "{'type':'integer','format':'int32'}|3000000000|<nil>: Invalid value: \"\": Checked value must be of"
                        + " type integer with format int32 in p",
                "{'type':'string','minLength':2}|'a'|p: Invalid value: \"a\": p in body should be at least 2 chars"
                        + " long",
                "{'type':'string','maxLength':2}|'abc'|p: Too long: may not be more than 2 bytes",
                "{'type':'string','pattern':'^[a-z]+$'}|'A'|p: Invalid value: \"A\": p in body should match '^[a-z]+$'",
                "{'type':'string','format':'date-time'}|'x'|p: Invalid value: \"x\": p in body must be of type"
                        + " date-time: \"x\"",
                "{'type':'string','enum':['a','b']}|'c'|p: Unsupported value: \"c\": supported values: \"a\", \"b\"",
                "{'type':'array','items':{'type':'string'},'maxItems':1}|['a','b']|p: Too many: 2: must have at most 1"
                        + " item",
                "{'type':'array','items':{'type':'string'},'minItems':1}|[]|p: Invalid value: 0: p in body should have"
                        + " at least 1 items",
                "{'type':'object','required':['a']}|{}|p.a: Required value",
                "{'type':'object','minProperties':1}|{}|p: Invalid value: 0: p in body should have at least 1"
                        + " properties",
                "{'type':'object','additionalProperties':{'type':'integer'}}|{'k':'x'}|p.k: Invalid value: \"string\":"
                        + " p.k in body must be of type integer: \"string\"",
                "{'x-kubernetes-int-or-string':true}|true|p: Invalid value: \"boolean\": p in body must be of type"
                        + " integer,string: \"boolean\"",
                "{'type':'string','nullable':false}|null|p: Invalid value: \"null\": p in body must be of type string:"
                        + " \"null\"",
                "{'type':'string','not':{'enum':['a']}}|'a'|<nil>: Invalid value: \"\": \"p\" must not validate the"
                        + " schema (not)",
            })
    void names(String schema, String value, String error) {
        assertThat(errors(schema, value, ValueRules.ABSENT)).containsExactly(error);
    }

    @Test
    void aValueOfTheWrongTypeIsHeldToWhatElseFitsIt() {
        assertThat(errors("{'type':'string','enum':['a']}", "1", ValueRules.ABSENT))
                .containsExactly(
                        "p: Invalid value: \"integer\": p in body must be of type string: \"integer\"",
                        "p: Unsupported value: 1: supported values: \"a\"");
    }

    @Test
    void structuresAreShownAsGoWritesThem() {
        assertThat(FieldError.invalid("p", Map.of("rule", "a < b && c > d"), "no")
                        .toString())
                .isEqualTo("p: Invalid value: {\"rule\":\"a \\u003c b \\u0026\\u0026 c \\u003e d\"}: no");
    }

    @Test
    void alternativesNameTheNearestMiss() {
        String any = "{'type':'object','properties':{'a':{'type':'integer'},'b':{'type':'integer'}},"
                + "'anyOf':[{'required':['a']},{'required':['b']}]}";
        assertThat(errors(any, "{}", ValueRules.ABSENT))
                .containsExactly(
                        "<nil>: Invalid value: \"\": \"p\" must validate at least one schema (anyOf)",
                        "p.a: Required value");
        assertThat(errors(any.replace("anyOf", "oneOf"), "{'a':1,'b':2}", ValueRules.ABSENT))
                .containsExactly(
                        "<nil>: Invalid value: \"\": \"p\" must validate one and only one schema (oneOf). Found"
                                + " 2 valid alternatives");
        assertThat(errors("{'type':'integer','allOf':[{'minimum':3},{'maximum':9}]}", "1", ValueRules.ABSENT))
                .containsExactly(
                        "p: Invalid value: 1: p in body should be greater than or equal to 3",
                        "<nil>: Invalid value: \"\": \"p\" must validate all the schemas (allOf)");
    }

    @Test
    void whatWasWrongAndIsNotTouchedMayStay() {
        String schema = "{'type':'object','properties':{'a':{'type':'integer','maximum':1},'l':{'type':'array',"
                + "'x-kubernetes-list-type':'map','x-kubernetes-list-map-keys':['k'],'items':{'type':'object',"
                + "'properties':{'k':{'type':'string'},'n':{'type':'integer','maximum':1}}}}}}";
        Object old = tree("{'a':5,'l':[{'k':'x','n':5},{'k':'y','n':1}]}");
        assertThat(errors(schema, "{'a':5,'l':[{'k':'y','n':1},{'k':'x','n':5}],'more':1}", old))
                .isEmpty();
        assertThat(errors(schema, "{'a':6,'l':[{'k':'y','n':7},{'k':'x','n':5}]}", old))
                .containsExactly(
                        "p.a: Invalid value: 6: p.a in body should be less than or equal to 1",
                        "p.l[0].n: Invalid value: 7: p.l[0].n in body should be less than or equal to 1");
    }

    @Test
    void aPatternThatBacktracksElsewhereTakesLinearTime() {
        String text = "'" + "a".repeat(50_000) + "!'";
        assertThat(errors("{'type':'string','pattern':'^(a+)+$'}", text, ValueRules.ABSENT))
                .hasSize(1);
    }

    @Test
    void setsAndMapsHaveNothingTwice() {
        Map<String, Object> schema = Json.parseObject(
                "{'properties':{'s':{'type':'array','x-kubernetes-list-type':'set','items':{'type':'string'}},'m':{'type':'array','x-kubernetes-list-type':'map','x-kubernetes-list-map-keys':['k'],'items':{'type':'object'}}}}"
                        .replace('\'', '"'));
        Map<String, Object> object =
                Json.parseObject("{'s':['a','b','a','a'],'m':[{'k':1},{'k':2},{'k':1}]}".replace('\'', '"'));
        assertThat(ListValues.check(schema, object))
                .extracting(FieldError::toString)
                .containsExactly("s[2]: Duplicate value: \"a\"", "m[2]: Duplicate value: {\"k\":1}");
    }
}
