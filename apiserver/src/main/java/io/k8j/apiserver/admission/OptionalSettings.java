package io.k8j.apiserver.admission;

import io.k8j.model.json.Trees;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Configurations of steps that are off by default.
 *
 * @param nodeSelectors of {@code PodNodeSelector}: text selectors by namespace
 * @param defaultTolerations of {@code PodTolerationRestriction}
 * @param allowedTolerations of {@code PodTolerationRestriction}; empty allows all
 * @param eventLimits of {@code EventRateLimit}
 */
public record OptionalSettings(
        Map<String, String> nodeSelectors,
        List<Object> defaultTolerations,
        List<Object> allowedTolerations,
        List<EventRateLimit.Limit> eventLimits) {
    public static final OptionalSettings NONE = new OptionalSettings(Map.of(), List.of(), List.of(), List.of());

    /**
     * These settings with a step's configuration; null if the step has none.
     *
     * @throws IllegalArgumentException if it is wrong
     */
    public OptionalSettings with(String step, Map<String, Object> configuration) {
        return switch (step) {
            case "PodNodeSelector" ->
                new OptionalSettings(
                        texts(Trees.map(configuration, "podNodeSelectorPluginConfig")),
                        defaultTolerations,
                        allowedTolerations,
                        eventLimits);
            case "PodTolerationRestriction" ->
                new OptionalSettings(
                        nodeSelectors,
                        Trees.list(configuration, "default"),
                        Trees.list(configuration, "whitelist"),
                        eventLimits);
            case "EventRateLimit" ->
                new OptionalSettings(
                        nodeSelectors, defaultTolerations, allowedTolerations, EventRateLimit.read(configuration));
            default -> null;
        };
    }

    private static Map<String, String> texts(Map<String, Object> map) {
        Map<String, String> texts = new LinkedHashMap<>();
        map.forEach((key, value) -> texts.put(key, String.valueOf(value)));
        return texts;
    }
}
