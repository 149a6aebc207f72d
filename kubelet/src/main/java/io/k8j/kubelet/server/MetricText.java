package io.k8j.kubelet.server;

import java.math.BigDecimal;

/** Writes figures in Prometheus' text format. */
final class MetricText {
    private final StringBuilder out = new StringBuilder();
    private String name = "";

    void family(String familyName, String help, String type) {
        name = familyName;
        out.append("# HELP ").append(name).append(' ').append(help).append('\n');
        out.append("# TYPE ").append(name).append(' ').append(type).append('\n');
    }

    /** @param millis time of the reading; 0 leaves it out */
    void value(String labels, double value, long millis) {
        out.append(name);
        if (!labels.isEmpty()) out.append('{').append(labels).append('}');
        out.append(' ').append(BigDecimal.valueOf(value).stripTrailingZeros().toPlainString());
        if (millis > 0) out.append(' ').append(millis);
        out.append('\n');
    }

    @Override
    public String toString() {
        return out.toString();
    }
}
