package io.k8j.apiserver.validation.device;

import io.k8j.apiserver.validation.Findings;
import io.k8j.apiserver.validation.Place;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** Lists, sets and maps with a largest size: one that is larger is not looked at any further. */
final class DeviceLists {
    static final int ANY_SIZE = Integer.MAX_VALUE;

    private DeviceLists() {}

    static void list(Findings f, Place list, int maximum, BiConsumer<Findings, Place> item) {
        if (list.size() > maximum) {
            f.tooMany(list, list.size(), maximum);
            return;
        }
        for (Place place : list.items()) {
            item.accept(f, place);
        }
    }

    /** @param key what must differ between items, as the message shows it */
    static void set(
            Findings f, Place list, int maximum, BiConsumer<Findings, Place> item, Function<Place, Object> key) {
        if (list.size() > maximum) {
            f.tooMany(list, list.size(), maximum);
            return;
        }
        for (Place place : list.items()) {
            item.accept(f, place);
        }
        Set<Object> seen = new HashSet<>();
        for (Place place : list.items()) {
            Object own = key.apply(place);
            if (!seen.add(own)) f.duplicate(place, own);
        }
    }

    /** Entries in the order of their keys, since upstream's order is by chance. */
    static void map(
            Findings f,
            Place map,
            int maximum,
            int longestKey,
            BiConsumer<Findings, Place> key,
            BiConsumer<Findings, Place> value) {
        if (map.size() > maximum) {
            f.tooMany(map, map.size(), maximum);
            return;
        }
        new TreeMap<>(map.map()).forEach((name, entry) -> {
            key.accept(f, map.with(name));
            value.accept(f, map.key(shortened(name, longestKey)).with(entry));
        });
    }

    private static String shortened(String text, int longest) {
        int most = Math.max(16, longest);
        if (text.length() <= most) return text;
        int rest = most - 3;
        return text.substring(0, (rest + 1) / 2) + "..." + text.substring(text.length() - rest / 2);
    }
}
