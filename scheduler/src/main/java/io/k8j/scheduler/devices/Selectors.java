package io.k8j.scheduler.devices;

import io.fabric8.kubernetes.api.model.resource.v1.DeviceSelector;
import io.k8j.model.device.DeviceExpression;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Compiled selectors, the latest ones: the same few classes and claims ask again and again. */
final class Selectors {
    private static final int KEPT = 64;

    private final Map<String, DeviceExpression.Compiled> compiled = new LinkedHashMap<>(16, 0.75f, true);

    /**
     * Whether a device meets all selectors.
     *
     * @param whose for messages: {@code class a} or {@code claim ns/a}
     */
    boolean match(List<DeviceSelector> selectors, PublishedDevice device, String whose) throws StopException {
        for (int i = 0; i < selectors.size(); i++) {
            String text = selectors.get(i).getCel().getExpression();
            switch (compiled(text)) {
                case DeviceExpression.Compiled.Fault(String message) ->
                    throw new StopException("%s: selector #%d: CEL compile error: %s".formatted(whose, i, message));
                case DeviceExpression.Compiled.Ready(DeviceExpression expression) -> {
                    switch (device.ask(text, expression)) {
                        case DeviceExpression.Answer.Failed(String message) ->
                            throw new StopException(
                                    "%s: selector #%d: CEL runtime error: %s".formatted(whose, i, message));
                        case DeviceExpression.Answer.Matches(boolean matches) -> {
                            if (!matches) {
                                return false;
                            }
                        }
                    }
                }
            }
        }
        return true;
    }

    private DeviceExpression.Compiled compiled(String text) {
        DeviceExpression.Compiled known = compiled.get(text);
        if (known == null) {
            known = DeviceExpression.compile(text);
            if (compiled.size() >= KEPT) {
                compiled.remove(compiled.keySet().iterator().next());
            }
            compiled.put(text, known);
        }
        return known;
    }
}
