package io.k8j.apiserver.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.json.Trees;
import io.k8j.model.yaml.Yaml;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PodTolerationsTest {
    record Case(String name, String all, String merged) {}

    static Stream<Case> cases() {
        String any = "{operator: Exists}";
        String key = "{key: k, operator: Exists}";
        String equal = "{key: k, operator: Equal, value: v, effect: NoSchedule}";
        String minute = "{key: k, operator: Exists, effect: NoExecute, tolerationSeconds: 60}";
        String hour = "{key: k, operator: Exists, effect: NoExecute, tolerationSeconds: 3600}";
        String ever = "{key: k, operator: Exists, effect: NoExecute}";
        String other = "{key: o, operator: Exists}";
        return Stream.of(
                new Case("nothing is covered", list(equal, other), list(equal, other)),
                new Case("equal ones are one", list(other, equal, equal), list(other, equal)),
                new Case("an earlier one covers", list(key, equal), list(key)),
                new Case("a later one covers", list(equal, key), list(key)),
                new Case("everything is covered", list(equal, other, any), list(any)),
                new Case("longer covers shorter", list(minute, hour), list(hour)),
                new Case("for ever covers all times", list(ever, minute), list(ever)),
                new Case("a time covers no ever", list(minute, ever), list(ever)),
                new Case(
                        "other values differ",
                        list(equal, equal.replace("v,", "w,")),
                        list(equal, equal.replace("v,", "w,"))));
    }

    private static String list(String... tolerations) {
        return "[" + String.join(", ", tolerations) + "]";
    }

    private static List<Object> parse(String yaml) {
        return new ArrayList<>(Trees.list(Yaml.parse("{x: " + yaml + "}"), "x"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void whatOthersCoverIsLeftOut(Case c) {
        assertThat(PodTolerations.merged(parse(c.all()))).as(c.name()).isEqualTo(parse(c.merged()));
    }
}
