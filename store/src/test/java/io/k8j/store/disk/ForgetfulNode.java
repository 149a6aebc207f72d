package io.k8j.store.disk;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A file or directory: what is seen now, what is on the disk for sure, and the changes between. Guarded by its disk. */
sealed interface ForgetfulNode {
    /** Bytes that a disk writes as one. */
    int SECTOR = 512;

    /** All changes so far are on the disk for sure. */
    void flush();

    /** The power is back: some of the unflushed changes have reached the disk, the others never happened. */
    void restart(Random random);

    /** Bytes. */
    final class File implements ForgetfulNode {
        private sealed interface Step {
            record Write(int position, byte[] bytes, boolean onDisk) implements Step {}

            record Truncate(int size) implements Step {}
        }

        private final List<Step> unflushed = new ArrayList<>();
        private byte[] onDisk = new byte[0];
        private byte[] bytes = new byte[0];

        byte[] bytes() {
            return bytes;
        }

        /** Writes; {@code flush} brings it to the disk for sure, whatever becomes of the changes before it. */
        void write(int position, byte[] added, boolean flush) {
            unflushed.add(new Step.Write(position, added, flush));
            bytes = written(bytes, position, added, 0, added.length);
        }

        void truncate(int size) {
            unflushed.add(new Step.Truncate(size));
            bytes = Arrays.copyOf(bytes, size);
        }

        private static byte[] written(byte[] into, int position, byte[] added, int from, int to) {
            byte[] larger = Arrays.copyOf(into, Math.max(into.length, position + to));
            System.arraycopy(added, from, larger, position + from, to - from);
            return larger;
        }

        @Override
        public void flush() {
            unflushed.clear();
            onDisk = bytes.clone();
        }

        @Override
        public void restart(Random random) {
            int whole = switch (random.nextInt(4)) {
                case 0 -> 0;
                case 1 -> unflushed.size();
                default -> random.nextInt(unflushed.size() + 1);
            };
            boolean others = random.nextInt(3) == 0;
            byte[] kept = onDisk.clone();
            for (int i = 0; i < unflushed.size(); i++) {
                Keep keep = i < whole ? Keep.ALL : i == whole ? Keep.FIRST : others ? Keep.ANY : Keep.NONE;
                kept = apply(unflushed.get(i), kept, keep, random);
            }
            bytes = kept;
            flush();
        }

        private enum Keep {
            ALL,
            FIRST,
            ANY,
            NONE
        }

        private static byte[] apply(Step step, byte[] to, Keep keep, Random random) {
            return switch (step) {
                case Step.Truncate(int size) ->
                    keep == Keep.ALL || (keep != Keep.NONE && random.nextBoolean()) ? Arrays.copyOf(to, size) : to;
                case Step.Write(int position, byte[] added, boolean sure) -> {
                    byte[] kept = to;
                    boolean more = true;
                    for (int from = 0; from < added.length; ) {
                        int end = Math.min(added.length, from + SECTOR - (position + from) % SECTOR);
                        boolean lucky = sure
                                || switch (keep) {
                                    case ALL -> true;
                                    case FIRST -> more &= random.nextInt(4) > 0;
                                    case ANY -> random.nextBoolean();
                                    case NONE -> false;
                                };
                        if (lucky) kept = written(kept, position, added, from, end);
                        from = end;
                    }
                    yield kept;
                }
            };
        }
    }

    /** Names. */
    final class Directory implements ForgetfulNode {
        private final List<Map<String, ForgetfulNode>> unflushed = new ArrayList<>(); // a null means "gone"
        private final Map<String, ForgetfulNode> onDisk = new LinkedHashMap<>();
        private final Map<String, ForgetfulNode> names = new LinkedHashMap<>();

        Map<String, ForgetfulNode> names() {
            return names;
        }

        /** Changes several names as one, as a rename does. */
        void change(Map<String, ForgetfulNode> changes) {
            unflushed.add(changes);
            apply(changes, names);
        }

        private static void apply(Map<String, ForgetfulNode> changes, Map<String, ForgetfulNode> to) {
            changes.forEach((name, node) -> {
                if (node == null) to.remove(name);
                else to.put(name, node);
            });
        }

        @Override
        public void flush() {
            unflushed.clear();
            onDisk.clear();
            onDisk.putAll(names);
        }

        @Override
        public void restart(Random random) {
            int first = random.nextInt(unflushed.size() + 1);
            boolean inOrder = random.nextBoolean();
            names.clear();
            names.putAll(onDisk);
            for (int i = 0; i < unflushed.size(); i++) {
                if (inOrder ? i < first : random.nextBoolean()) apply(unflushed.get(i), names);
            }
            flush();
            names.values().forEach(node -> node.restart(random));
        }
    }
}
