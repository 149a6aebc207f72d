package io.k8j.controllers.support;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import java.util.Map;
import java.util.TreeMap;

/** Prints a label selector as Go prints upstream's type. */
public final class GoSelector {
    private GoSelector() {}

    /** @param selector may be null */
    public static String text(LabelSelector selector) {
        if (selector == null) return "nil";
        StringBuilder out = new StringBuilder("&LabelSelector{MatchLabels:map[string]string{");
        for (Map.Entry<String, String> label : new TreeMap<>(Nulls.map(selector.getMatchLabels())).entrySet()) {
            out.append(label.getKey()).append(": ").append(label.getValue()).append(',');
        }
        out.append("},MatchExpressions:[]LabelSelectorRequirement{");
        for (LabelSelectorRequirement each : Nulls.list(selector.getMatchExpressions())) {
            out.append("LabelSelectorRequirement{Key:%s,Operator:%s,Values:[%s],},"
                    .formatted(each.getKey(), each.getOperator(), String.join(" ", Nulls.list(each.getValues()))));
        }
        return out.append("},}").toString();
    }
}
