package io.k8j.store.disk;

import io.k8j.store.disk.ForgetfulNode.Directory;
import io.k8j.store.disk.ForgetfulNode.File;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** The disk; see the package. Thread-safe. */
public final class ForgetfulDisk {
    private final ForgetfulFileSystem fileSystem = new ForgetfulFileSystem(this);
    private final Directory root = new Directory(); // guarded by this, as all below it
    private final Set<ForgetfulNode> locked = new HashSet<>(); // guarded by this
    private long left = Long.MAX_VALUE; // guarded by this; changes until the power is cut
    private long changes; // guarded by this
    private int full; // guarded by this; which of the next changes finds no room; 0 is none
    private boolean lies; // guarded by this

    /** The root directory. */
    public Path root() {
        return fileSystem.path(Path.of("/"));
    }

    /** Cuts the power at a change: a write, flush, creation, renaming, removal. What a write there does is torn. */
    public synchronized void cutPowerAfter(long number) {
        left = number;
    }

    /** Lets one of the next changes fail half done for lack of room. */
    public synchronized void beFullAt(int number) {
        full = number;
    }

    /** From now on flushes do nothing, as with a drive that answers from its cache. */
    public synchronized void lie() {
        lies = true;
    }

    public synchronized boolean isOff() {
        return left <= 0;
    }

    /** How many changes there were. */
    public synchronized long changes() {
        return changes;
    }

    /** Switches the power off, if it is on, and on again. */
    public synchronized void restart(Random random) {
        left = Long.MAX_VALUE;
        full = 0;
        locked.clear();
        root.restart(random);
    }

    private void checkPower() throws IOException {
        if (left <= 0) throw new IOException("the power is off");
    }

    /** Counts a change; says how it ends. */
    private String change() throws IOException {
        checkPower();
        changes++;
        left--;
        if (left <= 0) return "the power is off";
        if (full > 0 && --full == 0) return "No space left on device";
        return "";
    }

    private void changeWhole() throws IOException {
        String failure = change();
        if (!failure.isEmpty()) throw new IOException(failure);
    }

    synchronized ForgetfulNode find(Path path) throws IOException {
        checkPower();
        ForgetfulNode node = root;
        for (Path name : path) {
            node = node instanceof Directory directory ? directory.names().get(name.toString()) : null;
            if (node == null) throw new NoSuchFileException(path.toString());
        }
        return node;
    }

    private Directory parent(Path path) throws IOException {
        if (find(path.getParent()) instanceof Directory directory) return directory;
        throw new NoSuchFileException(path.toString());
    }

    private static String name(Path path) {
        return path.getFileName().toString();
    }

    synchronized File open(Path path, boolean create) throws IOException {
        checkPower();
        ForgetfulNode node =
                path.getNameCount() == 0 ? root : parent(path).names().get(name(path));
        if (node instanceof File file) return file;
        if (node != null || !create) throw new NoSuchFileException(path.toString());
        File made = new File();
        add(path, made);
        return made;
    }

    private void add(Path path, ForgetfulNode node) throws IOException {
        if (path.getNameCount() == 0) throw new FileAlreadyExistsException(path.toString());
        Directory parent = parent(path);
        if (parent.names().containsKey(name(path))) throw new FileAlreadyExistsException(path.toString());
        changeWhole();
        parent.change(Map.of(name(path), node));
    }

    synchronized void makeDirectory(Path path) throws IOException {
        add(path, new Directory());
    }

    synchronized void delete(Path path) throws IOException {
        find(path);
        changeWhole();
        Map<String, ForgetfulNode> gone = new LinkedHashMap<>();
        gone.put(name(path), null);
        parent(path).change(gone);
    }

    synchronized void move(Path from, Path to) throws IOException {
        ForgetfulNode node = find(from);
        if (!from.getParent().equals(to.getParent())) throw new IOException("to another directory");
        changeWhole();
        Map<String, ForgetfulNode> moved = new LinkedHashMap<>();
        moved.put(name(from), null);
        moved.put(name(to), node);
        parent(to).change(moved);
    }

    synchronized List<String> list(Path path) throws IOException {
        if (find(path) instanceof Directory directory)
            return List.copyOf(directory.names().keySet());
        throw new NoSuchFileException(path.toString());
    }

    synchronized byte[] read(File file) throws IOException {
        checkPower();
        return file.bytes();
    }

    /** Writes; {@code flush} flushes what was written, and nothing else. */
    synchronized void write(File file, long position, byte[] bytes, boolean flush) throws IOException {
        String failure = change();
        boolean whole = failure.isEmpty();
        int torn = Math.max(0, bytes.length / 2 - (int) ((position + bytes.length / 2) % ForgetfulNode.SECTOR));
        file.write(Math.toIntExact(position), whole ? bytes : Arrays.copyOf(bytes, torn), whole && flush && !lies);
        if (!whole) throw new IOException(failure);
    }

    synchronized void truncate(File file, long size) throws IOException {
        checkPower();
        if (size >= file.bytes().length) return;
        changeWhole();
        file.truncate(Math.toIntExact(size));
    }

    synchronized void flush(ForgetfulNode node) throws IOException {
        changeWhole();
        if (!lies) node.flush();
    }

    synchronized boolean lock(ForgetfulNode node) throws IOException {
        checkPower();
        return locked.add(node);
    }

    synchronized void unlock(ForgetfulNode node) {
        locked.remove(node);
    }
}
