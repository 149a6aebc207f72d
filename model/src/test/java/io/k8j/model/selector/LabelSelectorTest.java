package io.k8j.model.selector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.k8j.model.json.Json;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LabelSelectorTest {
    record Match(String selector, Map<String, String> labels, boolean expected) {}

    static Stream<Match> matches() {
        return Stream.of(
                new Match("", Map.of("x", "y"), true),
                new Match("x=y", Map.of("x", "y"), true),
                new Match("x==y,z=w", Map.of("x", "y", "z", "w"), true),
                new Match("x=y", Map.of("x", "z"), false),
                new Match("x!=y", Map.of(), true),
                new Match("x!=y", Map.of("x", "y"), false),
                new Match("x", Map.of("x", ""), true),
                new Match("!x", Map.of("x", ""), false),
                new Match("! x", Map.of("y", ""), true),
                new Match("x in (a,b)", Map.of("x", "b"), true),
                new Match("x in (a,b)", Map.of(), false),
                new Match("x notin (a,b)", Map.of(), true),
                new Match("x notin (a,,b)", Map.of("x", ""), false),
                new Match("x in ()", Map.of("x", ""), true),
                new Match("x=", Map.of("x", ""), true),
                new Match("x>1", Map.of("x", "2"), true),
                new Match("x<1", Map.of("x", "2"), false),
                new Match("x>1", Map.of("x", "abc"), false),
                new Match("in=notin", Map.of("in", "notin"), true),
                new Match("a.b/c=d ,\n e", Map.of("a.b/c", "d", "e", "f"), true));
    }

    @ParameterizedTest
    @MethodSource("matches")
    void matchesAsUpstream(Match m) {
        LabelSelector selector = LabelSelector.parse(m.selector());
        assertThat(selector.matches(m.labels())).isEqualTo(m.expected());
        assertThat(LabelSelector.parse(selector.toString())).isEqualTo(selector);
    }

    record Fault(String selector, String words) {}

    static Stream<Fault> faults() {
        String key = "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with"
                + " an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is"
                + " '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
        String value = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.',"
                + " and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345',"
                + " regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
        return Stream.of(
                new Fault("a=(", "unable to parse requirement: found '(', expected: identifier"),
                new Fault("a b", "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"),
                new Fault(",", "found ',', expected: !, identifier, or 'end of string'"),
                new Fault("a,", "found '', expected: identifier after ','"),
                new Fault("a=b c", "found 'c', expected: ',' or 'end of string'"),
                new Fault("a in b", "unable to parse requirement: found 'b' expected: '('"),
                new Fault("a in (b", "unable to parse requirement: found '', expected: ',' or ')'"),
                new Fault("a in (=)", "unable to parse requirement: found '=', expected: ',', ')' or identifier"),
                new Fault("!", "unable to parse requirement: found '', expected: identifier"),
                new Fault("_a", "unable to parse requirement: <nil>: Invalid value: \"_a\": " + key),
                new Fault("a=_b", "unable to parse requirement: values[0][a]: Invalid value: \"_b\": " + value),
                new Fault(
                        "a>b",
                        "unable to parse requirement: values[0]: Invalid value: \"b\": for 'Gt', 'Lt' operators, the"
                                + " value must be an integer"));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void refusesInUpstreamsWords(Fault fault) {
        assertThatThrownBy(() -> LabelSelector.parse(fault.selector()))
                .isInstanceOf(SelectorException.class)
                .hasMessage(fault.words());
    }

    @Test
    void compilesObjectsSelectors() {
        LabelSelector tree = LabelSelector.of(
                Json.parseObject(
                        "{\"matchLabels\":{\"app\":\"a\"},\"matchExpressions\":"
                                + "[{\"key\":\"tier\",\"operator\":\"In\",\"values\":[\"x\",\"y\"]},{\"key\":\"z\",\"operator\":\"DoesNotExist\"}]}"));
        assertThat(tree).hasToString("app=a,tier in (x,y),!z");
        assertThat(tree.matches(Map.of("app", "a", "tier", "y"))).isTrue();
        assertThat(tree.exactValue("app")).isEqualTo("a");
        LabelSelector typed = LabelSelector.of(new LabelSelectorBuilder()
                .addToMatchLabels("app", "a")
                .addNewMatchExpression()
                .withKey("tier")
                .withOperator("In")
                .withValues("y", "x")
                .endMatchExpression()
                .addNewMatchExpression()
                .withKey("z")
                .withOperator("DoesNotExist")
                .endMatchExpression()
                .build());
        assertThat(typed).isEqualTo(tree);
        assertThat(LabelSelector.of(Map.of())).isSameAs(LabelSelector.EVERYTHING);
        assertThat(LabelSelector.of((Map<String, Object>) null).matches(Map.of()))
                .isFalse();
        assertThat(LabelSelector.ofLabels(Map.of("b", "1", "a", "2"))).hasToString("a=2,b=1");
    }

    @Test
    void refusesBadExpressions() {
        assertThatThrownBy(() -> LabelSelector.of(
                        Json.parseObject("{\"matchExpressions\":[{\"key\":\"a\",\"operator\":\"Like\"}]}")))
                .hasMessage("\"Like\" is not a valid label selector operator");
        assertThatThrownBy(() -> LabelSelector.of(
                        Json.parseObject("{\"matchExpressions\":[{\"key\":\"a\",\"operator\":\"In\"}]}")))
                .hasMessage("values: Invalid value: null: for 'in', 'notin' operators, values set can't be empty");
    }
}
