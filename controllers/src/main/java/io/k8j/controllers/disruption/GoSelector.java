package io.k8j.controllers.disruption;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import io.k8j.controllers.support.Nulls;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Label selectors as upstream prints them into Events: the form of its generated {@code String()}. */
final class GoSelector {
    private GoSelector() {}

    static String text(LabelSelector selector) {
        if (selector == null) {
            return "nil";
        }
        String labels = new TreeMap<>(Nulls.map(selector.getMatchLabels()))
                .entrySet().stream()
                        .map(label -> label.getKey() + ": " + label.getValue() + ",")
                        .collect(Collectors.joining());
        String requirements = Nulls.list(selector.getMatchExpressions()).stream()
                .map(GoSelector::requirement)
                .collect(Collectors.joining());
        return "&LabelSelector{MatchLabels:map[string]string{%s},MatchExpressions:[]LabelSelectorRequirement{%s},}"
                .formatted(labels, requirements);
    }

    private static String requirement(LabelSelectorRequirement requirement) {
        List<String> values = Nulls.list(requirement.getValues());
        return "LabelSelectorRequirement{Key:%s,Operator:%s,Values:[%s],},"
                .formatted(requirement.getKey(), requirement.getOperator(), String.join(" ", values));
    }
}
