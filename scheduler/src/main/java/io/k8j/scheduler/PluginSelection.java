package io.k8j.scheduler;

import io.k8j.scheduler.framework.Plugin;
import io.k8j.scheduler.groups.GroupPlugin;
import io.k8j.scheduler.plugins.DefaultPlugins;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a profile changes of the default plugins, by extension point ({@code multiPoint}, {@code filter}, …).
 *
 * @param points changes by name of the extension point as in the configuration file
 */
public record PluginSelection(Map<String, Change> points) {
    /** A plugin and the weight of its score; 0 for the default. */
    public record Enabled(String name, int weight) {}

    /** What is added, in order, and what is taken away; {@code *} takes all. */
    public record Change(List<Enabled> enabled, List<String> disabled) {
        public static final Change NONE = new Change(List.of(), List.of());

        public Change {
            enabled = List.copyOf(enabled);
            disabled = List.copyOf(disabled);
        }

        boolean disables(String plugin) {
            return disabled.contains(plugin) || disabled.contains("*");
        }
    }

    /** The extension points by their names in the configuration file. */
    static final Map<String, Class<? extends Plugin>> POINTS = extensionPoints();

    public static final PluginSelection DEFAULT = new PluginSelection(Map.of());
    private static final String ALL_POINTS = "multiPoint";

    public PluginSelection {
        points = Map.copyOf(points);
    }

    private static Map<String, Class<? extends Plugin>> extensionPoints() {
        Map<String, Class<? extends Plugin>> points = new LinkedHashMap<>();
        points.put("preEnqueue", Plugin.PreEnqueue.class);
        points.put("queueSort", Plugin.QueueSort.class);
        points.put("preFilter", Plugin.PreFilter.class);
        points.put("filter", Plugin.Filter.class);
        points.put("postFilter", Plugin.PostFilter.class);
        points.put("preScore", Plugin.PreScore.class);
        points.put("score", Plugin.Score.class);
        points.put("reserve", Plugin.Reserve.class);
        points.put("permit", Plugin.Permit.class);
        points.put("preBind", Plugin.PreBind.class);
        points.put("bind", Plugin.Bind.class);
        points.put("postBind", Plugin.PostBind.class);
        points.put("placementGenerate", GroupPlugin.Generate.class);
        points.put("placementScore", GroupPlugin.Score.class);
        return points;
    }

    /** Whether the plugin runs anywhere. */
    boolean uses(String plugin) {
        return !multiPoint().disables(plugin)
                || points.values().stream()
                        .anyMatch(change -> change.enabled.stream().anyMatch(e -> e.name.equals(plugin)));
    }

    private Change multiPoint() {
        return points.getOrDefault(ALL_POINTS, Change.NONE);
    }

    /** @param made the plugins that {@link #uses} named */
    Profile.Selection select(Map<String, Plugin> made) {
        return new Profile.Selection() {
            @Override
            public <P extends Plugin> List<Map.Entry<P, Integer>> at(Class<P> point) {
                String name = POINTS.entrySet().stream()
                        .filter(e -> e.getValue() == point)
                        .map(Map.Entry::getKey)
                        .findFirst()
                        .orElseThrow();
                List<Map.Entry<P, Integer>> selected = new ArrayList<>();
                for (Enabled enabled : enabledAt(name)) {
                    Plugin plugin = made.get(enabled.name);
                    if (point.isInstance(plugin)) {
                        selected.add(Map.entry(point.cast(plugin), enabled.weight));
                    }
                }
                return selected;
            }
        };
    }

    /** Explicitly named ones keep their place among the defaults if they are there, else come after them. */
    private List<Enabled> enabledAt(String point) {
        Map<String, Enabled> selected = new LinkedHashMap<>();
        Change own = points.getOrDefault(point, Change.NONE);
        for (DefaultPlugins.Entry entry : DefaultPlugins.ALL) {
            if (!multiPoint().disables(entry.name()) && !own.disables(entry.name())) {
                selected.put(entry.name(), new Enabled(entry.name(), entry.weight()));
            }
        }
        for (Enabled enabled : multiPoint().enabled) {
            if (!own.disables(enabled.name)) {
                selected.put(enabled.name, weighted(enabled));
            }
        }
        for (Enabled enabled : own.enabled) {
            selected.put(enabled.name, weighted(enabled));
        }
        return new ArrayList<>(selected.values());
    }

    private static Enabled weighted(Enabled enabled) {
        if (enabled.weight != 0) {
            return enabled;
        }
        int usual = DefaultPlugins.ALL.stream()
                .filter(e -> e.name().equals(enabled.name))
                .mapToInt(DefaultPlugins.Entry::weight)
                .findFirst()
                .orElse(0);
        return new Enabled(enabled.name, Math.max(1, usual));
    }
}
