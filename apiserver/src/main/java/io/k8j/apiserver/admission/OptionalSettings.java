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
 * @param imagePolicy of {@code ImagePolicyWebhook}; null for none
 */
public record OptionalSettings(
        Map<String, String> nodeSelectors,
        List<Object> defaultTolerations,
        List<Object> allowedTolerations,
        List<EventRateLimit.Limit> eventLimits,
        ImagePolicy.Settings imagePolicy) {
    public static final OptionalSettings NONE = new OptionalSettings(Map.of(), List.of(), List.of(), List.of(), null);

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
                        eventLimits,
                        imagePolicy);
            case "PodTolerationRestriction" ->
                new OptionalSettings(
                        nodeSelectors,
                        Trees.list(configuration, "default"),
                        Trees.list(configuration, "whitelist"),
                        eventLimits,
                        imagePolicy);
            case "EventRateLimit" ->
                new OptionalSettings(
                        nodeSelectors,
                        defaultTolerations,
                        allowedTolerations,
                        EventRateLimit.read(configuration),
                        imagePolicy);
            default -> null;
        };
    }

    public OptionalSettings withImagePolicy(ImagePolicy.Settings settings) {
        return new OptionalSettings(nodeSelectors, defaultTolerations, allowedTolerations, eventLimits, settings);
    }

    private static Map<String, String> texts(Map<String, Object> map) {
        Map<String, String> texts = new LinkedHashMap<>();
        map.forEach((key, value) -> texts.put(key, String.valueOf(value)));
        return texts;
    }
}
