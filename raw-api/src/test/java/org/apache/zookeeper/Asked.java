package org.apache.zookeeper;

import java.util.ArrayList;
import java.util.List;
import org.apache.jute.Record;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.ZooDefs.OpCode;
import org.apache.zookeeper.data.Stat;
import org.apache.zookeeper.proto.GetChildren2Request;
import org.apache.zookeeper.proto.SetDataRequest;

/** A request that waits for its answer. Prints as {@code getData /master}; a transaction as its operations. */
public record Asked(String what, AsyncCallback callback, String path, Record request) {
    /** As a server that does what it was asked, or refuses it. */
    public void answer(Code code) {
        answer(code, null, null, null, null);
    }

    public void data(byte[] data, Stat stat) {
        answer(Code.OK, data, stat, null, null);
    }

    public void stat(Stat stat) {
        answer(Code.OK, null, stat, null, null);
    }

    public void children(String... names) {
        children(new Stat(), names);
    }

    public void children(Stat parent, String... names) {
        answer(Code.OK, null, parent, new ArrayList<>(List.of(names)), null);
    }

    /** It was created, with that name. */
    public void made(String name) {
        ((AsyncCallback.StringCallback) callback).processResult(Code.OK.intValue(), path, null, name);
    }

    public void results(OpResult... results) {
        answer(Code.OK, null, null, null, List.of(results));
    }

    /** Of a transaction that failed as a whole, with the results of its parts. */
    public void refused(Code code, OpResult... results) {
        answer(code, null, null, null, List.of(results));
    }

    private void answer(Code code, byte[] data, Stat stat, List<String> names, List<OpResult> results) {
        int rc = code.intValue();
        if (callback instanceof AsyncCallback.DataCallback reply) {
            reply.processResult(rc, path, null, data, stat);
        } else if (callback instanceof AsyncCallback.StatCallback reply) {
            reply.processResult(rc, path, null, stat);
        } else if (callback instanceof AsyncCallback.Children2Callback reply) {
            reply.processResult(rc, path, null, names, stat);
        } else if (callback instanceof AsyncCallback.StringCallback reply) {
            reply.processResult(rc, path, null, path);
        } else if (callback instanceof AsyncCallback.MultiCallback reply) {
            reply.processResult(rc, path, null, results != null ? results : parts(code, data, stat, names));
        } else if (callback instanceof AsyncCallback.VoidCallback reply) {
            reply.processResult(rc, path, null);
        } else {
            throw new AssertionError("no answer known for " + what);
        }
    }

    /** Of a transaction that is applied, or of reads: each part the same. A refusal without parts is one of the whole. */
    private List<OpResult> parts(Code code, byte[] data, Stat stat, List<String> names) {
        List<OpResult> parts = new ArrayList<>();
        for (Op op : (MultiOperationRecord) request) {
            boolean read = op.getKind() == Op.OpKind.READ;
            if (code != Code.OK && (!read || code == Code.THROTTLEDOP)) {
                return null;
            }
            parts.add(code == Code.OK ? part(op, data, stat, names) : new OpResult.ErrorResult(code.intValue()));
        }
        return parts;
    }

    private static OpResult part(Op op, byte[] data, Stat stat, List<String> names) {
        return switch (op.getType()) {
            case OpCode.getData -> new OpResult.GetDataResult(data, stat);
            case OpCode.getChildren -> new OpResult.GetChildrenResult(names);
            case OpCode.create -> new OpResult.CreateResult(op.getPath());
            case OpCode.setData -> new OpResult.SetDataResult(new Stat());
            case OpCode.check -> new OpResult.CheckResult();
            default -> new OpResult.DeleteResult();
        };
    }

    /** Whether a one-shot watch is set with it. */
    public boolean watches() {
        return request instanceof GetChildren2Request list && list.getWatch();
    }

    /** What it writes there. */
    public byte[] written(String where) {
        for (Op op : request instanceof MultiOperationRecord multi ? multi : List.<Op>of()) {
            if (op.getPath().equals(where) && op.toRequestRecord() instanceof SetDataRequest set) {
                return set.getData();
            }
        }
        throw new AssertionError(what + " writes nothing to " + where);
    }

    @Override
    public String toString() {
        return what;
    }
}
