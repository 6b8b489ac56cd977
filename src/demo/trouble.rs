//! What goes wrong in the shop: exceptions with the stack traces of their languages.

/// An exception.
#[derive(Debug)]
pub(super) struct Trouble {
    pub(super) kind: &'static str,
    pub(super) message: &'static str,
    pub(super) stack: &'static str,
}

pub(super) static CARD_DECLINED: Trouble = Trouble {
    kind: "com.shop.payment.CardDeclinedException",
    message: "card ending 4242 was declined: insufficient funds",
    stack: "com.shop.payment.CardDeclinedException: card ending 4242 was declined: insufficient funds
\tat com.shop.payment.gateway.AcquirerClient.authorize(AcquirerClient.java:118)
\tat com.shop.payment.PaymentService.charge(PaymentService.java:64)
\tat com.shop.payment.PaymentGrpc$MethodHandlers.invoke(PaymentGrpc.java:412)
\tat io.grpc.stub.ServerCalls$UnaryServerCallHandler.startCall(ServerCalls.java:139)
\tat java.base/java.lang.VirtualThread.run(VirtualThread.java:309)
Caused by: com.shop.payment.gateway.AcquirerException: response code 51
\tat com.shop.payment.gateway.IsoMessage.unpack(IsoMessage.java:77)
\t... 4 more
",
};

pub(super) static ACQUIRER_TIMEOUT: Trouble = Trouble {
    kind: "java.net.http.HttpTimeoutException",
    message: "acquirer did not answer within 120 ms",
    stack: "java.net.http.HttpTimeoutException: request timed out
\tat java.net.http/jdk.internal.net.http.HttpClientImpl.send(HttpClientImpl.java:950)
\tat com.shop.payment.gateway.AcquirerClient.authorize(AcquirerClient.java:101)
\tat com.shop.payment.Retry.run(Retry.java:33)
",
};

pub(super) static REDIS_TIMEOUT: Trouble = Trouble {
    kind: "*net.OpError",
    message: "redis timeout",
    stack: "read tcp 10.4.0.17:51724->10.4.0.3:6379: i/o timeout
goroutine 8812 [running]:
shop/inventory/courier.(*Store).Get(0xc0004b2000, {0x1a2b3c4, 0x9})
\t/src/courier/store.go:88 +0x1f4
shop/inventory/courier.(*Finder).Nearest(...)
\t/src/courier/finder.go:41
",
};

pub(super) static OUT_OF_STOCK: Trouble = Trouble {
    kind: "inventory.ErrOutOfStock",
    message: "sku 8841-XL: 0 left, 2 wanted",
    stack: "goroutine 341 [running]:
shop/inventory.(*Server).Reserve(0xc00012c000, 0xc0007b4180)
\t/src/inventory/reserve.go:57 +0x2a8
",
};

pub(super) static TEMPLATE_MISSING: Trouble = Trouble {
    kind: "ActionView::MissingTemplate",
    message: "Missing template orders/confirmation with {:locale=>[:\"zh-TW\"]}",
    stack:
        "app/workers/order_mailer.rb:23:in `render': Missing template orders/confirmation (ActionView::MissingTemplate)
\tfrom app/workers/order_mailer.rb:23:in `deliver'
\tfrom app/workers/consumer.rb:51:in `block in run'
",
};

pub(super) static MODEL_COLD: Trouble = Trouble {
    kind: "RuntimeError",
    message: "CUDA out of memory. Tried to allocate 2.00 GiB",
    stack: "Traceback (most recent call last):
  File \"/app/recommend/server.py\", line 71, in recommend
    scores = await model.rank(items)
             ^^^^^^^^^^^^^^^^^^^^^^^
  File \"/app/recommend/model.py\", line 204, in rank
    return self.net(batch.to(self.device))
  File \"/app/recommend/model.py\", line 156, in net
    raise RuntimeError(\"CUDA out of memory. Tried to allocate 2.00 GiB\")
RuntimeError: CUDA out of memory. Tried to allocate 2.00 GiB
",
};

pub(super) static ADDRESS_UNKNOWN: Trouble = Trouble {
    kind: "物流.地址錯誤",
    message: "找不到地址：臺北市信義區市府路 0 號",
    stack: "Traceback (most recent call last):
  File \"/app/物流/地址.py\", line 38, in 查詢
    raise 地址錯誤(f\"找不到地址：{地址}\")
物流.地址錯誤: 找不到地址：臺北市信義區市府路 0 號
",
};

pub(super) static DEADLOCK: Trouble = Trouble {
    kind: "psycopg.errors.DeadlockDetected",
    message: "deadlock detected",
    stack: "Traceback (most recent call last):
  File \"/app/jobs/report.py\", line 112, in load_lines
    cursor.execute(LINES, (order_id,))
psycopg.errors.DeadlockDetected: deadlock detected
DETAIL:  Process 4711 waits for ShareLock on transaction 90210; blocked by process 4712.
",
};
