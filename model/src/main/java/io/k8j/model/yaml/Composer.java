package io.k8j.model.yaml;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.k8j.model.json.Json;
import io.k8j.model.json.JsonException;
import io.k8j.model.json.Trees;
import io.k8j.model.validation.GoText;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;

/** Builds trees from the events of one text. Used by one thread. */
final class Composer {
    /** Values that aliases may add to one document: far above honest use, far below what hurts. */
    private static final int MAX_ALIASED = 100_000;

    private static final Object INCOMPLETE = new Object();

    /** A value that an alias may repeat, and how many values it holds. */
    private record Anchored(Object value, int size) {}

    private final Iterator<Event> events;
    private final Consumer<String> duplicates;
    private final Map<String, Anchored> anchors = new HashMap<>();
    private Event next;
    private int values;
    private int aliased;

    Composer(Iterator<Event> events, Consumer<String> duplicates) {
        this.events = events;
        this.duplicates = duplicates;
        take();
        take(); // start of the stream
    }

    boolean hasDocument() {
        return next != null && next.getEventId() == Event.ID.DocumentStart;
    }

    Object document() {
        take();
        anchors.clear();
        values = 0;
        aliased = 0;
        Object value = value(0);
        take(); // end of the document
        return value;
    }

    private Event take() {
        Event taken = next;
        next = events.hasNext() ? events.next() : null;
        return taken;
    }

    private Object value(int depth) {
        if (depth > Json.MAX_DEPTH) throw new JsonException("yaml: exceeded max depth");
        Event event = take();
        if (event instanceof AliasEvent alias) return repeat(alias.getAlias().getValue());
        NodeEvent node = (NodeEvent) event;
        String anchor = node.getAnchor().map(a -> a.getValue()).orElse(null);
        int before = values + aliased;
        if (anchor != null) anchors.put(anchor, new Anchored(INCOMPLETE, 0));
        values++;
        Object value = switch (node) {
            case ScalarEvent scalar -> scalar(scalar);
            case SequenceStartEvent _ -> list(depth);
            case MappingStartEvent _ -> map(depth);
            default -> throw new JsonException("yaml: unexpected " + event.getEventId());
        };
        if (anchor != null) anchors.put(anchor, new Anchored(value, values + aliased - before));
        return value;
    }

    private static Object scalar(ScalarEvent scalar) {
        // An escape may name half of a surrogate pair, which no encoding can carry.
        if (scalar.isDQuoted() && !UTF_8.newEncoder().canEncode(scalar.getValue())) {
            int line = scalar.getStartMark().map(m -> m.getLine() + 1).orElse(1);
            throw new JsonException("yaml: line " + line + ": found invalid Unicode character escape code");
        }
        return Scalars.resolve(scalar);
    }

    private Object repeat(String name) {
        Anchored anchored = anchors.get(name);
        if (anchored == null) throw new JsonException("yaml: unknown anchor '" + name + "' referenced");
        if (anchored.value() == INCOMPLETE) {
            throw new JsonException("yaml: anchor '" + name + "' value contains itself");
        }
        aliased += anchored.size();
        if (aliased > MAX_ALIASED) throw new JsonException("yaml: document contains excessive aliasing");
        return Trees.deepCopy(anchored.value());
    }

    private List<Object> list(int depth) {
        List<Object> list = new ArrayList<>();
        while (next.getEventId() != Event.ID.SequenceEnd) list.add(value(depth + 1));
        take();
        return list;
    }

    private Map<String, Object> map(int depth) {
        Map<String, Object> map = new LinkedHashMap<>();
        List<Object> merges = null;
        while (next.getEventId() != Event.ID.MappingEnd) {
            Event keyEvent = next;
            boolean merge = keyEvent instanceof ScalarEvent s
                    && s.isPlain()
                    && s.getTag().isEmpty()
                    && s.getValue().equals("<<");
            Object key = value(depth + 1);
            Object value = value(depth + 1);
            if (merge) {
                if (merges == null) merges = new ArrayList<>();
                merges.add(value);
                continue;
            }
            String name = Scalars.key(key);
            if (duplicates != null && map.containsKey(name)) {
                int line = keyEvent.getStartMark().map(m -> m.getLine() + 1).orElse(0);
                duplicates.accept("line " + line + ": key " + GoText.quote(name) + " already set in map");
            }
            map.put(name, value);
        }
        take();
        if (merges != null) {
            Set<String> own = Set.copyOf(map.keySet());
            for (Object merge : merges) merge(map, merge, own);
        }
        return map;
    }

    /** Takes over the entries of a merge key; the map's own entries win, then those of earlier maps. */
    private static void merge(Map<String, Object> map, Object merge, Set<String> own) {
        for (Object source : merge instanceof List<?> list ? list : List.of(merge == null ? "" : merge)) {
            if (!(source instanceof Map<?, ?> entries)) {
                throw new JsonException("yaml: map merge requires map or sequence of maps as the value");
            }
            Trees.asMap(entries).forEach((key, value) -> {
                if (!own.contains(key)) map.putIfAbsent(key, value);
            });
        }
    }
}
