package io.k8j.apiserver.encryption;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Chooses among transformers by the prefix of the value: reads with the first one that fits and succeeds, writes with the
 * first of all. Used for providers and again for the keys of one provider.
 */
final class Prefixed implements ValueTransformer {
    /** A transformer and the prefix of its values; the empty prefix takes whatever is not encrypted. */
    record Entry(String prefix, ValueTransformer transformer) {
        byte[] bytes() {
            return prefix.getBytes(StandardCharsets.UTF_8);
        }
    }

    private final List<Entry> entries;
    private final byte[][] prefixes;
    private final String noneFits;
    private final EncryptionMetrics metrics;

    /**
     * @param noneFits what is said when no prefix fits
     * @param metrics null for the inner choice among keys, which is not counted a second time
     */
    Prefixed(List<Entry> entries, String noneFits, EncryptionMetrics metrics) {
        this.entries = List.copyOf(entries);
        this.prefixes = entries.stream().map(Entry::bytes).toArray(byte[][]::new);
        this.noneFits = noneFits;
        this.metrics = metrics;
    }

    @Override
    public byte[] seal(byte[] plain, byte[] context) {
        Entry first = entries.getFirst();
        long begin = System.nanoTime();
        try {
            byte[] sealed = joined(prefixes[0], first.transformer().seal(plain, context));
            record("to_storage", first.prefix(), begin, true);
            return sealed;
        } catch (ValueException e) {
            record("to_storage", first.prefix(), begin, false);
            throw e;
        }
    }

    @Override
    public Opened open(byte[] stored, byte[] context) {
        long begin = System.nanoTime();
        List<String> failures = new ArrayList<>();
        for (int i = 0; i < prefixes.length; i++) {
            if (!startsWith(stored, prefixes[i])) continue;
            String prefix = entries.get(i).prefix();
            try {
                Opened opened = entries.get(i).transformer().open(rest(stored, prefixes[i].length), context);
                record("from_storage", prefix, begin, true);
                return i == 0 ? opened : new Opened(opened.plain(), true);
            } catch (ValueException e) {
                if (prefix.isEmpty()) continue; // plain text is expected, but the value is encrypted
                record("from_storage", prefix, begin, false);
                failures.add(e.getMessage()); // another entry with this prefix may have the right key
            }
        }
        if (failures.isEmpty()) {
            record("from_storage", "unknown", begin, false);
            throw new ValueException(noneFits);
        }
        List<String> distinct = failures.stream().distinct().toList();
        throw new ValueException(distinct.size() == 1 ? distinct.getFirst() : "[" + String.join(", ", distinct) + "]");
    }

    private void record(String direction, String prefix, long begin, boolean ok) {
        if (metrics != null) {
            metrics.transformed(direction, prefix.isEmpty() ? "identity" : prefix, System.nanoTime() - begin, ok);
        }
    }

    private static byte[] rest(byte[] stored, int from) {
        return from == 0 ? stored : Arrays.copyOfRange(stored, from, stored.length);
    }

    static byte[] joined(byte[] first, byte[] second) {
        if (first.length == 0) return second;
        byte[] all = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        return all;
    }

    static boolean startsWith(byte[] bytes, byte[] prefix) {
        return bytes.length >= prefix.length && Arrays.equals(bytes, 0, prefix.length, prefix, 0, prefix.length);
    }
}
