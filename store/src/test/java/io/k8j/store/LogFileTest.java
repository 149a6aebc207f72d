package io.k8j.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.k8j.store.disk.ForgetfulDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Frames over zeros, on a disk whose power is cut, and which is full at times. */
class LogFileTest {
    private static final int SEEDS = Integer.getInteger("k8j.powerloss.seeds", 300);
    private static final long REWRITE_AT = 64 << 10;
    private static final String EVIL = "/evil";

    /** Finds the keys of a log's frames. */
    private static final class Keys implements Frame.Reader {
        private final List<String> found = new ArrayList<>();

        @Override
        public void accept(Change change) {
            if (change instanceof Change.Put(Entry entry)) found.add(entry.key());
        }

        @Override
        public void note(Frame.Note note, long value) {
            // only says how many revisions are reserved
        }
    }

    private static ByteBuffer frame(String key, byte[] value) {
        var frame = new Frame().begin();
        frame.change(new Change.Put(new Entry(key, value, 1, 1, 1, 0)));
        return frame.end();
    }

    /** One log's life, with what must be found in it, and what may be found behind that, after each power loss. */
    private static final class Life {
        private final ForgetfulDisk disk = new ForgetfulDisk();
        private final Path directory = disk.root();
        private final Path file = directory.resolve("log-1");
        private final Random random;
        private final List<String> written = new ArrayList<>();
        private int sure; // so many of them are on disk
        private final List<String> failed = new ArrayList<>(); // one of them may be there all the same
        private int number;
        private int zeros;
        private LogFile log;

        Life(long seed) throws IOException {
            random = new Random(seed);
            log = LogFile.create(directory, 1, 1, REWRITE_AT);
        }

        void live() throws IOException {
            for (int round = 0; round < 4; round++) {
                disk.cutPowerAfter(1 + random.nextInt(random.nextBoolean() ? 10 : 100));
                for (int i = random.nextInt(100); i > 0 && !disk.isOff(); i--) {
                    try {
                        step();
                    } catch (IOException e) {
                        if (log.broken() != null) break;
                    }
                }
                disk.restart(random);
                look();
            }
        }

        private void step() throws IOException {
            if (random.nextInt(10) == 0) disk.beFullAt(1 + random.nextInt(3));
            switch (random.nextInt(8)) {
                case 0, 1 -> zeros += log.writeZeros();
                case 2 -> {
                    log.force();
                    log.flushedUpTo(log.end());
                    sure = written.size();
                }
                case 3 -> {
                    if (random.nextInt(10) == 0) log.seal();
                }
                default -> write(random.nextInt(3) > 0);
            }
        }

        private void write(boolean flush) throws IOException {
            String key = "/%06d".formatted(++number);
            failed.add(key);
            long next = log.write(frame(key, value()), flush);
            if (random.nextInt(20) == 0) { // the journal may fail behind the write
                log.cutOff();
                failed.clear();
                return;
            }
            log.keep(next, flush);
            failed.clear();
            written.add(key);
            if (flush) sure = written.size();
        }

        /** An empty one, or one that begins with a whole frame, where a frame over it would end if its value is empty. */
        private byte[] value() {
            if (random.nextBoolean()) return new byte[0];
            ByteBuffer evil = frame(EVIL, new byte[0]);
            int times = 1 + random.nextInt(30);
            ByteBuffer value = ByteBuffer.allocate(evil.remaining() * times);
            for (int i = 0; i < times; i++) value.put(evil.rewind());
            return value.array();
        }

        private void look() throws IOException {
            var keys = new Keys();
            long end = FrameFile.read(file, Recovery.LOG_KIND, keys);
            int there = Math.min(written.size(), keys.found.size());
            assertThat(there).isGreaterThanOrEqualTo(sure);
            assertThat(keys.found.subList(0, there)).isEqualTo(written.subList(0, there));
            assertThat(keys.found.subList(there, keys.found.size()))
                    .hasSizeLessThan(2)
                    .isSubsetOf(failed);
            written.clear();
            written.addAll(keys.found);
            sure = written.size();
            failed.clear();
            log = LogFile.reopen(directory, 1, end, REWRITE_AT);
            assertThat(Files.size(file)).isEqualTo(end);
        }
    }

    @Test
    void nothingFlushedIsMissingAndNothingElseIsTakenForAFrame() {
        long zeros = 0;
        for (long seed = 0; seed < SEEDS; seed++) {
            try {
                var life = new Life(seed);
                life.live();
                zeros += life.zeros;
            } catch (AssertionError | IOException | RuntimeException e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
        assertThat(zeros).isPositive();
    }

    @Test
    void zerosAreWrittenAheadOfAGrowingLogAndFramesGoOverThem() throws IOException {
        Path directory = new ForgetfulDisk().root();
        Path file = directory.resolve("log-1");
        LogFile log = LogFile.create(directory, 1, 1, REWRITE_AT);
        assertThat(log.writeZeros()).isZero();
        append(log, 2_000);
        assertThat(log.wantsZeros()).isTrue();
        while (log.writeZeros() > 0) assertThat(Files.size(file)).isEqualTo(4_096);
        assertThat(log.wantsZeros()).isFalse();
        assertThat(FrameFile.zerosFrom(file, 0)).isEqualTo(log.end());
        append(log, 1_000);
        assertThat(Files.size(file)).isEqualTo(4_096);
        assertThat(FrameFile.read(file, Recovery.LOG_KIND, new Keys())).isEqualTo(log.end());
        append(log, 3_000); // nobody has written zeros for it
        assertThat(Files.size(file)).isEqualTo(log.end());
        log.seal();
        assertThat(Files.size(file)).isEqualTo(log.end());
    }

    private static void append(LogFile log, int bytes) throws IOException {
        byte[] value = new byte[bytes];
        Arrays.fill(value, (byte) 'x');
        log.keep(log.write(frame("/a", value), true), true);
    }

    @Test
    void aDiskWithoutRoomForZerosIsAskedAgainWhenTheLogHasGrown() throws IOException {
        var disk = new ForgetfulDisk();
        LogFile log = LogFile.create(disk.root(), 1, 1, REWRITE_AT);
        append(log, 2_000);
        disk.beFullAt(1);
        assertThatThrownBy(log::writeZeros).isInstanceOf(IOException.class).hasMessageContaining("No space left");
        log.pauseZeros();
        assertThat(log.wantsZeros()).isFalse();
        append(log, 2_000);
        assertThat(log.wantsZeros()).isFalse();
        append(log, 3_000);
        assertThat(log.wantsZeros()).isTrue();
        assertThat(log.writeZeros()).isPositive();
        var keys = new Keys();
        assertThat(FrameFile.read(disk.root().resolve("log-1"), Recovery.LOG_KIND, keys))
                .isEqualTo(log.end());
        assertThat(keys.found).hasSize(3);
    }
}
