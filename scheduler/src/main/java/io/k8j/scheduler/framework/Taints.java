package io.k8j.scheduler.framework;

import io.fabric8.kubernetes.api.model.Taint;
import io.fabric8.kubernetes.api.model.Toleration;
import java.util.List;

/** Holds tolerations against taints. */
public final class Taints {
    private Taints() {}

    /** The first taint that keeps Pods away and is not tolerated; null if there is none. */
    public static Taint untolerated(List<Taint> taints, List<Toleration> tolerations) {
        for (int i = 0; i < taints.size(); i++) {
            Taint taint = taints.get(i);
            if (keepsAway(taint) && !tolerates(tolerations, taint)) {
                return taint;
            }
        }
        return null;
    }

    private static boolean keepsAway(Taint taint) {
        return "NoSchedule".equals(taint.getEffect()) || "NoExecute".equals(taint.getEffect());
    }

    public static boolean tolerates(List<Toleration> tolerations, Taint taint) {
        for (int i = 0; i < tolerations.size(); i++) {
            if (tolerates(tolerations.get(i), taint)) {
                return true;
            }
        }
        return false;
    }

    public static boolean tolerates(Toleration toleration, Taint taint) {
        String effect = toleration.getEffect();
        if (effect != null && !effect.isEmpty() && !effect.equals(taint.getEffect())) {
            return false;
        }
        String key = toleration.getKey();
        if (key != null && !key.isEmpty() && !key.equals(taint.getKey())) {
            return false;
        }
        String operator = toleration.getOperator();
        String wanted = orEmpty(toleration.getValue());
        String value = orEmpty(taint.getValue());
        return switch (operator == null ? "" : operator) {
            case "", "Equal" -> wanted.equals(value);
            case "Exists" -> true;
            case "Gt" -> number(value, Long.MIN_VALUE) > number(wanted, Long.MAX_VALUE);
            case "Lt" -> number(value, Long.MAX_VALUE) < number(wanted, Long.MIN_VALUE);
            default -> false;
        };
    }

    private static long number(String text, long otherwise) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            return otherwise;
        }
    }

    private static String orEmpty(String text) {
        return text == null ? "" : text;
    }
}
