package io.k8j.store;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.rocksdb.CompressionType;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

final class RocksJournal extends KeyedJournal {
    static {
        RocksDB.loadLibrary();
    }

    private final RocksDB db;
    private final WriteOptions durableWrite = new WriteOptions().setSync(true);
    private final WriteOptions relaxedWrite = new WriteOptions();

    RocksJournal(Path path) {
        try {
            path.toFile().mkdirs();
            var options = new Options()
                    .setCreateIfMissing(true)
                    .setCompressionType(CompressionType.NO_COMPRESSION)
                    .setWriteBufferSize(16 << 20)
                    .setMaxWriteBufferNumber(2)
                    .setKeepLogFileNum(1);
            db = RocksDB.open(options, path.toString());
        } catch (RocksDBException e) {
            throw new StoreException("open", e);
        }
    }

    @Override
    void write(List<Record> batch, boolean durable) {
        try (var writes = new WriteBatch()) {
            for (Record record : batch) {
                if (record.value() == null) {
                    writes.delete(record.key());
                } else {
                    writes.put(record.key(), record.value());
                }
            }
            db.write(durable ? durableWrite : relaxedWrite, writes);
        } catch (RocksDBException e) {
            throw new StoreException("write", e);
        }
    }

    @Override
    void readAll(Consumer<byte[]> into) {
        try (var all = db.newIterator()) {
            for (all.seekToFirst(); all.isValid(); all.next()) {
                into.accept(all.value());
            }
        }
    }

    @Override
    public void close() {
        db.close();
    }
}
