/** Colours and shapes of the pictures, also for a picture in a file of its own. */
export const pictureStyle = `
svg{font-family:ui-sans-serif,system-ui,-apple-system,"Segoe UI","Noto Sans","Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif;font-size:12px;fill:var(--text,#1c2430)}
.number,.address{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Noto Sans Mono CJK SC",monospace;font-size:11px;fill:var(--soft,#5d6878)}
.number.error{fill:var(--error,#c0262d)}
.peer{font-weight:650;font-size:13px}
.life{stroke:var(--line,#c9d1dc);stroke-width:2}
.grid{stroke:var(--line,#dfe4eb);stroke-width:1;opacity:.6}
.paper{fill:#fff}
.arrow{stroke-width:1.5;fill:none;stroke:var(--soft,#5d6878)}
.arrow.data{stroke:var(--data,#2563c9)}
.arrow.good{stroke:var(--good,#12805c)}
.arrow.warning{stroke:var(--warning,#b06a00);stroke-dasharray:5 3}
.arrow.error{stroke:var(--error,#c0262d);stroke-width:2}
.head-plain{fill:var(--soft,#5d6878)}.head-data{fill:var(--data,#2563c9)}.head-good{fill:var(--good,#12805c)}
.head-warning{fill:var(--warning,#b06a00)}.head-error{fill:var(--error,#c0262d)}
.label{font-size:12px}
.label.good{fill:var(--good,#12805c)}.label.warning{fill:var(--warning,#b06a00)}.label.error{fill:var(--error,#c0262d);font-weight:600}
.mark{fill:var(--mark,#fff4d6)}
.break{fill:var(--card,#fff)}
.pause{font-style:italic;fill:var(--soft,#5d6878)}
.bar{fill:var(--bar,#c3cfdf)}.bar.error{fill:var(--bar-error,#f0b9ba)}.bar.good{fill:var(--bar-good,#b7dfcf)}.bar.data{fill:var(--bar-data,#bcd2f5)}
.tick{fill:var(--text,#1c2430)}
.mark-error{fill:var(--error,#c0262d)}.mark-good{fill:var(--good,#12805c)}.mark-plain{fill:var(--text,#1c2430)}
.cross{stroke:var(--error,#c0262d);stroke-width:2;fill:none}
.series-0{fill:#2563c9}.series-1{fill:#c2570c}.series-2{fill:#12805c}.series-3{fill:#8b3fc7}.series-4{fill:#b3195f}.series-5{fill:#5f7a12}
.fill-client{fill:var(--client,#2563c9);opacity:.85}.fill-server{fill:var(--server,#0f8f7e);opacity:.85}
`.trim();

export const pageStyle = `
:root{color-scheme:light dark;--paper:#f4f6f9;--card:#fff;--text:#1c2430;--soft:#5d6878;--line:#d8dee7;--accent:#2563c9;--data:#2563c9;--good:#12805c;--warning:#a86200;--error:#c0262d;--mark:#fff4d6;--code:#eef1f6;
--bar:#c3cfdf;--bar-error:#f0b9ba;--bar-good:#b7dfcf;--bar-data:#bcd2f5;--client:#2563c9;--server:#0f8f7e;--wash-error:#fdeeee;--wash-warning:#fdf5e6;--wash-good:#eaf7f1}
@media (prefers-color-scheme:dark){:root{--paper:#10141b;--card:#181e27;--text:#e4e9f1;--soft:#98a4b5;--line:#2c3542;--accent:#7fb0ff;--data:#7fb0ff;--good:#52c99b;--warning:#eab04d;--error:#ff7b7f;--mark:#3a3216;--code:#222a36;
--bar:#3b475a;--bar-error:#6e3034;--bar-good:#1f5a46;--bar-data:#2b4a80;--client:#6fa3fa;--server:#35b8a5;--wash-error:#2d1b1e;--wash-warning:#2b2415;--wash-good:#142a22}
.series-0{fill:#7fb0ff}.series-1{fill:#f2a25c}.series-2{fill:#52c99b}.series-3{fill:#c293f2}.series-4{fill:#f285b4}.series-5{fill:#b6cf5f}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;scroll-behavior:smooth;scroll-padding-top:3.4rem}
html[lang="en"] [lang="zh-CN"],html[lang="zh-CN"] [lang="en"]{display:none}
body{margin:0;background:var(--paper);color:var(--text);font:16px/1.55 ui-sans-serif,system-ui,-apple-system,"Segoe UI","Noto Sans","Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif;overflow-wrap:anywhere}
a{color:var(--accent);text-underline-offset:2px}
.top{position:sticky;top:0;z-index:5;background:var(--paper);border-bottom:1px solid var(--line)}
.top>div{max-width:1060px;margin:0 auto;padding:.5rem 1rem;display:flex;gap:1rem;align-items:center}
.top strong{font-size:.95rem;letter-spacing:.01em;white-space:nowrap}
.top nav{display:flex;gap:.9rem;overflow-x:auto;font-size:.88rem;flex:1;white-space:nowrap}
.top nav a{color:var(--soft);text-decoration:none}.top nav a:hover{color:var(--accent)}
.switch{display:flex;border:1px solid var(--line);border-radius:7px;overflow:hidden;flex:none}
.switch button{border:0;background:none;color:var(--soft);padding:.25rem .6rem;font:inherit;font-size:.82rem;cursor:pointer}
.switch button[aria-pressed="true"]{background:var(--accent);color:var(--card)}
main{max-width:1060px;margin:0 auto;padding:1.2rem 1rem 4rem}
h1{font-size:1.55rem;line-height:1.25;margin:.2rem 0 .1rem;letter-spacing:-.01em}
.sub{color:var(--soft);margin:0 0 1rem;font-size:.92rem}
h2{font-size:1.16rem;margin:2.4rem 0 .7rem;letter-spacing:-.005em}
h3{font-size:1.02rem;margin:0 0 .4rem;line-height:1.4}
.help{color:var(--soft);font-size:.88rem;margin:-.4rem 0 .7rem}
.card{background:var(--card);border:1px solid var(--line);border-radius:11px;padding:1rem 1.15rem;margin:0 0 .9rem}
.story{border-left:5px solid var(--good);background:var(--wash-good)}
.story.error{border-left-color:var(--error);background:var(--wash-error)}
.story.warning{border-left-color:var(--warning);background:var(--wash-warning)}
.story .line{display:block;margin:.32rem 0}.story .line:first-child{font-weight:650;font-size:1.08rem;margin-bottom:.5rem}
.story .fix{display:block;color:var(--text);font-weight:400;font-size:1rem;padding-left:1.1rem}
.finding{border-left:5px solid var(--line)}.finding.error{border-left-color:var(--error)}.finding.warning{border-left-color:var(--warning)}.finding.follows{padding:.7rem 1.15rem}
.chip{display:inline-block;border-radius:5px;font-size:.76rem;font-weight:650;padding:.04rem .42rem;margin-right:.4rem;background:var(--code);color:var(--soft);vertical-align:.08em}
.chip.error{background:var(--error);color:#fff}.chip.warning{background:var(--warning);color:#fff}
@media (prefers-color-scheme:dark){.chip.error,.chip.warning{color:#14181f}}
.meta{color:var(--soft);font-size:.86rem;margin:0 0 .5rem}
code,.mono,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Noto Sans Mono CJK SC",monospace;font-size:.86em}
code{background:var(--code);border-radius:4px;padding:.08em .35em}
pre{background:var(--code);border-radius:8px;padding:.7rem .9rem;overflow-x:auto;margin:.4rem 0;white-space:pre-wrap}
table{border-collapse:collapse;width:100%;font-size:.9rem}
th{text-align:left;color:var(--soft);font-weight:550;font-size:.82rem;border-bottom:1px solid var(--line);padding:.25rem .6rem .25rem 0}
td{padding:.28rem .6rem .28rem 0;border-bottom:1px solid var(--line);vertical-align:top}
tr:last-child td{border-bottom:0}
td.right,th.right{width:1%}
.right{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
.causes{margin:.7rem 0 .4rem;padding:0;list-style:none}
.causes li{padding:.5rem 0 .5rem .9rem;border-left:3px solid var(--line);margin:.35rem 0}
.causes li.likely,.causes li.certain{border-left-color:var(--accent)}
.causes .fix{display:block;margin-top:.2rem;white-space:pre-wrap}
.fix::before{content:"→ ";color:var(--accent);font-weight:700}
.filter{display:flex;gap:.5rem;align-items:baseline;font-size:.86rem;color:var(--soft);margin:.6rem 0 0;flex-wrap:wrap}
.scroll{overflow-x:auto;-webkit-overflow-scrolling:touch;background:linear-gradient(90deg,var(--card) 40%,transparent) left/36px 100% no-repeat local,linear-gradient(270deg,var(--card) 40%,transparent) right/36px 100% no-repeat local,linear-gradient(90deg,var(--line),transparent) left/14px 100% no-repeat scroll,linear-gradient(270deg,var(--line),transparent) right/14px 100% no-repeat scroll,var(--card)}
.scroll svg{display:block;max-width:none;margin:0 auto}
.plots{display:grid;gap:.9rem}
.plots .card{margin:0}.plots svg{width:100%;height:auto;min-width:560px;max-width:860px}
.ladder .row:target .mark,.ladder .row:target{outline:2px solid var(--accent);outline-offset:2px}
details>summary{cursor:pointer;font-weight:600;padding:.1rem 0}
.fact{display:grid;grid-template-columns:11rem 1fr;gap:1rem;font-size:.93rem;padding:.12rem 0}.fact .name{color:var(--soft)}
figure{margin:0}
.remark{border-left:4px solid var(--warning);padding:.35rem .9rem;margin:.5rem 0;background:var(--wash-warning);border-radius:0 8px 8px 0;white-space:pre-wrap}
.remark.red{border-color:var(--error);background:var(--wash-error)}.remark.green{border-color:var(--good);background:var(--wash-good)}.remark.blue{border-color:var(--accent);background:var(--code)}
.remark .meta{margin:0}
.find{display:flex;gap:.7rem;align-items:center;margin:0 0 .6rem;flex-wrap:wrap}
.find input{flex:1 1 14rem;min-width:0;font:inherit;font-size:.95rem;padding:.42rem .7rem;border:1px solid var(--line);border-radius:8px;background:var(--card);color:var(--text)}
.find input:focus{outline:2px solid var(--accent);outline-offset:-1px}
.find output{color:var(--soft);font-size:.85rem}
.frames{border:1px solid var(--line);border-radius:11px;background:var(--card);overflow:hidden}
.frames .head,.frames .fr{display:grid;grid-template-columns:4.6rem 6.6rem 3.4rem 5.4rem 6.6rem 5rem 1fr;gap:.6rem;padding:0 .9rem;align-items:center}
.frames .head{color:var(--soft);font-size:.8rem;border-bottom:1px solid var(--line);height:2rem}
.frames .body{height:30rem;overflow-y:auto;position:relative;outline:none}
.frames .fr{height:28px;font-size:.84rem;white-space:nowrap;border-bottom:1px solid var(--line);position:relative}
.frames .body[data-live] .fr{position:absolute;left:0;right:0}
.frames .fr span{overflow:hidden;text-overflow:ellipsis}
.frames .fr.c{background:linear-gradient(90deg,color-mix(in srgb,var(--client) 7%,transparent),transparent 70%)}
.frames .fr .op{font-weight:600}.frames .fr.close .op{color:var(--error)}.frames .fr.control .op{color:var(--soft)}
.foot{color:var(--soft);font-size:.85rem;margin-top:2.5rem;border-top:1px solid var(--line);padding-top:.9rem}
@media (max-width:640px){body{font-size:15px}h1{font-size:1.3rem}.top nav{display:none}.top>div{justify-content:space-between}.card{padding:.85rem .9rem}
.frames .head,.frames .fr{grid-template-columns:3.2rem 4.9rem 1.1rem 5.2rem 1fr;gap:.4rem;padding:0 .6rem}.frames .k3,.frames .k6{display:none}.frames .k4{text-overflow:clip}.frames .head .k4{visibility:hidden}.fact{grid-template-columns:7rem 1fr;gap:.6rem}}
@media print{:root{--paper:#fff;--card:#fff;--text:#111;--soft:#4a4a4a;--line:#ccc;--code:#f3f3f3;--accent:#1a4fa3;--data:#1a4fa3;--good:#0b6b4b;--warning:#8a5000;--error:#a8141b;--mark:#fff2cc;--bar:#c3cfdf;--bar-error:#f0b9ba;--bar-good:#b7dfcf;--bar-data:#bcd2f5;--client:#1a4fa3;--server:#0f8f7e;--wash-error:#fff;--wash-warning:#fff;--wash-good:#fff}
.top,.find{display:none}main{max-width:none;padding:0}body{font-size:10.5pt}h2,figcaption{break-after:avoid}.card,.remark{break-inside:avoid}.scroll{overflow:visible}h2:has(+.plots){break-before:page}.plots{display:block}.plots .card{margin:0 0 .9rem}h2:has(+.card>.ladder){height:0;margin:0}.card:has(>.ladder){break-inside:auto;border:0;padding:0;background:none}.scroll .ladder{padding-top:2.6rem}.scroll svg{width:100%;height:auto}.frames .body{height:auto!important;overflow:visible}.frames .body[data-live]{height:auto}.frames .body[data-live] .fr{position:static}.frames .pad{display:none}.chip.error,.chip.warning{color:#fff}a{color:inherit;text-decoration:none}}
`.trim();
