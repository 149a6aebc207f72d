package io.k8j.apiserver.crd;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.api.FieldError;
import io.k8j.model.json.Json;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rules in CEL over objects with a {@code spec}. */
class RuleTreeTest {
    private final List<String> warnings = new ArrayList<>();

    private List<String> errors(String spec, String value, String old) {
        String schema = "{'type':'object','properties':{'spec':" + spec + "}}";
        RuleTree tree = RuleTree.of(Json.parseObject(schema.replace('\'', '"')), true);
        Object former = old == null ? null : object(old);
        return tree.check("", object(value), former, warnings::add).stream()
                .map(FieldError::toString)
                .toList();
    }

    private static Object object(String spec) {
        return Json.parse(("{'kind':'K','metadata':{'name':'n'},'spec':" + spec + "}").replace('\'', '"'));
    }

    private static String rule(String schema, String rule) {
        return "{" + schema + ",'x-kubernetes-validations':[{'rule':'" + rule + "'}]}";
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "'type':'integer'|self > 3|2|spec: Invalid value: 2: failed rule: self > 3",
                "'type':'object','properties':{'a':{'type':'integer'}}|self.a > 3|{'a':2}|spec: Invalid value: failed"
                        + " rule: self.a > 3",
                "'type':'object','properties':{'a':{'type':'integer'}}|self.a > 3|{}|spec: Invalid value: \"object\":"
                        + " no such key: a evaluating rule: self.a > 3",
                "'type':'object','properties':{'namespace':{'type':'string'},'a-b':{'type':'string'}}|self.__namespace__"
                        + " == self.a__dash__b|{'namespace':'x','a-b':'y'}|spec: Invalid value: failed rule:"
                        + " self.__namespace__ == self.a__dash__b",
                "'type':'string','format':'duration'|self < duration(\\\"1h\\\")|'2h'|spec: Invalid value: \"2h\":"
                        + " failed rule: self < duration(\"1h\")",
                "'type':'string','format':'date-time'|self <"
                        + " timestamp(\\\"2024-01-01T00:00:00Z\\\")|'2025-01-01T00:00:00Z'|spec: Invalid value:"
                        + " \"2025-01-01T00:00:00Z\": failed rule: self < timestamp(\"2024-01-01T00:00:00Z\")",
                "'x-kubernetes-int-or-string':true|type(self) == int ? self < 5 : self.endsWith(\\\"%\\\")|'7'|spec:"
                        + " Invalid value: \"7\": failed rule: type(self) == int ? self < 5 : self.endsWith(\"%\")",
                "'type':'number'|self < 1.0|1|spec: Invalid value: 1: failed rule: self < 1.0",
                "'type':'array','maxItems':9,'items':{'type':'integer'}|self.all(x, x < 3)|[1,5]|spec: Invalid value:"
                        + " failed rule: self.all(x, x < 3)",
            })
    void name(String schema, String rule, String value, String error) {
        assertThat(errors(rule(schema, rule), value, null)).containsExactly(error);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "set|self == oldSelf|[1,2,3]|[3,1,2]|true",
                "set|self != oldSelf|[1,2,3]|[3,1,2]|false",
                "set|self == oldSelf|[1,2,3]|[3,1,4]|false",
                "set|self == [3,2,1] && [3,2,1] != self|[1,2,3]|[1]|true",
                "set|(self + oldSelf) == [1,2,3] && size(self + oldSelf) == 3|[1,2]|[2,3]|true",
                "set|2 in self + [5] && 1 + 1 == 2|[1,2]|[1]|true",
                "atomic|self == oldSelf|[1,2,3]|[3,1,2]|false",
                "atomic|size(self + oldSelf) == 4 && \\\"a\\\" + \\\"b\\\" == \\\"ab\\\"|[1,2]|[2,3]|true"
            })
    void setsAreComparedAndJoinedAsSets(String type, String rule, String value, String old, boolean holds) {
        String schema = "'type':'array','maxItems':9,'x-kubernetes-list-type':'%s','items':{'type':'integer'}";
        assertThat(errors(rule(schema.formatted(type), rule), value, old).isEmpty())
                .isEqualTo(holds);
    }

    @Test
    void mapsAreComparedAndJoinedByTheirKeys() {
        String schema =
                "'type':'array','maxItems':9,'x-kubernetes-list-type':'map','x-kubernetes-list-map-keys':['a-b'],"
                        + "'items':{'type':'object','properties':{'a-b':{'type':'integer'},'v':{'type':'integer'}}}";
        String one = "[{'a-b':1,'v':1},{'a-b':2,'v':2}]";
        String two = "[{'a-b':2,'v':2},{'a-b':1,'v':1}]";
        String three = "[{'a-b':2,'v':9},{'a-b':3,'v':3}]";
        assertThat(errors(rule(schema, "self == oldSelf"), one, two)).isEmpty();
        assertThat(errors(rule(schema, "self == oldSelf"), one, three)).hasSize(1);
        assertThat(errors(rule(schema, "(self + oldSelf).map(x, x.v) == [1, 9, 3]"), one, three))
                .isEmpty();
        assertThat(errors(rule(schema, "[self] == [oldSelf]"), one, two)).isEmpty();
    }

    @Test
    void transitionsNeedAFormerValueUnlessItIsOptional() {
        String plain = rule("'type':'integer'", "self >= oldSelf");
        assertThat(errors(plain, "1", null)).isEmpty();
        assertThat(errors(plain, "1", "2")).containsExactly("spec: Invalid value: 1: failed rule: self >= oldSelf");
        String optional = "{'type':'integer','x-kubernetes-validations':[{'rule':'oldSelf.hasValue() || self == 1',"
                + "'optionalOldSelf':true,'message':'starts at 1'}]}";
        assertThat(errors(optional, "2", null)).containsExactly("spec: Invalid value: 2: starts at 1");
        assertThat(errors(optional, "2", "1")).isEmpty();
    }

    @Test
    void reasonPathAndExpressionWordTheError() {
        String schema =
                "{'type':'object','properties':{'a':{'type':'string','maxLength':9}},'x-kubernetes-validations':["
                        + "{'rule':'self.a != \\\"x\\\"','reason':'FieldValueForbidden','fieldPath':'.a',"
                        + "'messageExpression':'\\\"not \\\" + self.a'}]}";
        assertThat(errors(schema, "{'a':'x'}", null)).containsExactly("spec.a: Forbidden: not x");
    }

    @Test
    void whatIsNotTouchedIsOnlyWarnedOf() {
        String schema = "{'type':'object','properties':{'a':" + rule("'type':'integer'", "self < 3")
                + ",'b':{'type':'integer'}}}";
        assertThat(errors(schema, "{'a':5,'b':2}", "{'a':5,'b':1}")).isEmpty();
        assertThat(warnings).containsExactly("spec.a: Invalid value: 5: failed rule: self < 3");
        assertThat(errors(schema, "{'a':6}", "{'a':5}"))
                .containsExactly("spec.a: Invalid value: 6: failed rule: self < 3");
    }

    @Test
    void aRuleThatTakesTooMuchEndsTheCheck() {
        String schema = rule(
                "'type':'array','items':{'type':'integer'}", "self.all(x, self.all(y, self.all(z, x + y + z >= 0)))");
        String numbers = "[" + "1,".repeat(299) + "1]";
        assertThat(errors(schema, numbers, null))
                .singleElement()
                .asString()
                .startsWith(
                        "spec: Invalid value: \"array\": 'operation cancelled: actual cost limit exceeded': no further"
                                + " validation rules will be run due to call cost exceeds limit for rule: self.all(");
    }
}
