package io.k8j.store;

import java.util.Optional;

/** One change of one key. */
public sealed interface Event {
    /** The changed key. */
    String key();

    /** The revision of the change. Changes made at once may share it in an external store. */
    long revision();

    /** The version that the change replaced or removed; empty for a new key, or if an external store forgot it. */
    Optional<Entry> previous();

    /** A new version was stored. */
    record Put(Entry entry, Optional<Entry> previous) implements Event {
        @Override
        public String key() {
            return entry.key();
        }

        @Override
        public long revision() {
            return entry.modRevision();
        }

        /** Whether the key was absent before. */
        public boolean created() {
            return entry.version() == 1;
        }
    }

    /** The key was removed, by a caller or by the end of its lease. */
    record Delete(String key, long revision, Optional<Entry> previous) implements Event {}
}
